import { NotebookMode } from '@jupyterlab/notebook';
import { CommandRegistry } from '@lumino/commands';
import { Menu } from '@lumino/widgets';
import { MultiNotebook } from '../notebook/notebook';
import { IPlace } from './actions';
import { Commands } from './commands';

/** The menu of backends; when it closes, the cell has the focus again. */
export class Picker {
  constructor(commands: CommandRegistry) {
    this._menu = new Menu({ commands });
    this._menu.addClass('multi-Picker');
    this._menu.aboutToClose.connect(this._closes, this);
  }

  /** Open the menu for a cell, below its label. */
  open({ notebook, cell }: IPlace, label: HTMLElement | null): void {
    // The notebook leaves edit mode when the menu takes the focus.
    this._notebook = notebook;
    this._mode = notebook.panel.content.mode;
    this._menu.clearItems();
    this._menu.addItem({ command: Commands.write });
    this._menu.addItem({ type: 'separator' });
    for (const backend of notebook.names.offered()) {
      this._menu.addItem({ command: Commands.set, args: { backend } });
    }
    this._menu.addItem({ type: 'separator' });
    this._menu.addItem({ command: Commands.remove });
    this._menu.addItem({ command: Commands.insertBelow });
    this._menu.addItem({ command: Commands.showPanel });
    const box = (label ?? cell.inputArea?.promptNode ?? cell.node).getBoundingClientRect();
    this._menu.open(box.left, box.bottom);
  }

  private _closes(): void {
    const content = this._notebook?.panel.content;
    if (content && !content.isDisposed) {
      content.mode = this._mode;
      content.activate();
    }
  }

  private readonly _menu: Menu;
  private _notebook: MultiNotebook | null = null;
  private _mode: NotebookMode = 'command';
}
