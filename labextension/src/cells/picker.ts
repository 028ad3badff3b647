import { CommandRegistry } from '@lumino/commands';
import { Menu } from '@lumino/widgets';
import { INotebooks } from '../notebook/notebooks';
import { IPlace } from './actions';
import { Commands } from './commands';

/** The menu of backends; when it closes, the cell has the focus again. */
export function makePicker(commands: CommandRegistry, notebooks: INotebooks): Menu {
  const menu = new Menu({ commands });
  menu.addClass('multi-Picker');
  menu.aboutToClose.connect(() => {
    notebooks.current?.panel.content.activate();
  });
  return menu;
}

/** Open the menu for a cell, below its label. */
export function openPicker(
  menu: Menu,
  { notebook, cell }: IPlace,
  label: HTMLElement | null
): void {
  menu.clearItems();
  menu.addItem({ command: Commands.write });
  menu.addItem({ type: 'separator' });
  for (const backend of notebook.names.offered()) {
    menu.addItem({ command: Commands.set, args: { backend } });
  }
  menu.addItem({ type: 'separator' });
  menu.addItem({ command: Commands.remove });
  menu.addItem({ command: Commands.insertBelow });
  menu.addItem({ command: Commands.showPanel });
  const box = (label ?? cell.inputArea?.promptNode ?? cell.node).getBoundingClientRect();
  menu.open(box.left, box.bottom);
}
