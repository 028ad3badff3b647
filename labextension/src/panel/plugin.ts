import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { Commands } from '../cells/commands';
import { INotebooks } from '../notebook/notebooks';
import { multiIcon } from './icon';
import { BackendsPanel } from './panel';
import { StatusItem } from './status';

export const panelPlugin: JupyterFrontEndPlugin<void> = {
  id: 'multikernel:panel',
  description: 'Shows the backends of the current notebook, and their variables.',
  autoStart: true,
  requires: [INotebooks],
  optional: [ICommandPalette, IStatusBar, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    notebooks: INotebooks,
    palette: ICommandPalette | null,
    statusBar: IStatusBar | null,
    translator: ITranslator | null
  ) => {
    const { commands, shell } = app;
    const trans = (translator ?? nullTranslator).load('multikernel');
    const use = (backend: string, variable: string): void => {
      void commands.execute(Commands.importVariable, { backend, variable });
    };
    const panel = new BackendsPanel(notebooks, use, trans);
    panel.title.icon = multiIcon;
    panel.title.caption = trans.__('Backends');
    shell.add(panel, 'right', { rank: 900, type: 'Backends' });
    commands.addCommand(Commands.showPanel, {
      label: trans.__('Show Backends'),
      describedBy: { args: { type: 'object', properties: {} } },
      execute: () => {
        app.shell.activateById(panel.id);
      }
    });
    palette?.addItem({ command: Commands.showPanel, category: trans.__('Multi') });
    statusBar?.registerStatusItem('multikernel:status', {
      item: new StatusItem(notebooks, () => void commands.execute(Commands.showPanel), trans),
      align: 'left',
      rank: 90,
      isActive: () => notebooks.current !== null,
      activeStateChanged: notebooks.currentChanged
    });
  }
};
