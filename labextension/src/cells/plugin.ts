import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { Cell } from '@jupyterlab/cells';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { MultiNotebook } from '../notebook/notebook';
import { INotebooks } from '../notebook/notebooks';
import { activePlace, addCommands } from './commands';
import { CellLabels } from './labels';
import { Picker } from './picker';

export const cellsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'multikernel:cells',
  description: 'Shows where each cell runs, and changes its header line.',
  autoStart: true,
  requires: [INotebooks],
  optional: [ICommandPalette, ITranslator],
  activate: (
    { commands }: JupyterFrontEnd,
    notebooks: INotebooks,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load('multikernel');
    const labels = new Map<MultiNotebook, CellLabels>();
    const picker = new Picker(commands);
    const pick = (cell: Cell): void => {
      const place = activePlace(notebooks);
      if (place?.cell === cell) {
        picker.open(place, labels.get(place.notebook)?.node(cell) ?? null);
      }
    };
    const add = (notebook: MultiNotebook): void => {
      const { content } = notebook.panel;
      const press = (cell: Cell): void => {
        content.activeCellIndex = content.widgets.indexOf(cell);
        pick(cell);
      };
      labels.set(notebook, new CellLabels(notebook, press, trans));
      notebook.panel.disposed.connect(() => labels.delete(notebook));
    };
    notebooks.forEach(add);
    notebooks.added.connect((_, notebook) => {
      add(notebook);
    });
    addCommands(
      commands,
      notebooks,
      place => {
        pick(place.cell);
      },
      palette,
      trans
    );
  }
};
