import { ICommandPalette } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';
import { CommandRegistry } from '@lumino/commands';
import { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { INotebooks } from '../notebook/notebooks';
import { importVariable, insertBelow, IPlace, removeHeader, setBackend } from './actions';

export const Commands = {
  pick: 'multikernel:pick-backend',
  set: 'multikernel:set-backend',
  remove: 'multikernel:remove-header',
  write: 'multikernel:write-header',
  insertBelow: 'multikernel:insert-below',
  importVariable: 'multikernel:import-variable',
  showPanel: 'multikernel:show-backends'
} as const;

const NO_ARGUMENTS = { args: { type: 'object', properties: {} } } as const;
const BACKEND = {
  args: { type: 'object', properties: { backend: { type: 'string' } }, required: ['backend'] }
} as const;
const VARIABLE = {
  args: {
    type: 'object',
    properties: { backend: { type: 'string' }, variable: { type: 'string' } },
    required: ['backend', 'variable']
  }
} as const;

/** The active cell, if it is a code cell of a notebook on Multi. */
export function activePlace(notebooks: INotebooks): IPlace | null {
  const notebook = notebooks.current;
  const cell = notebook?.panel.content.activeCell;
  if (!notebook || !cell) {
    return null;
  }
  const state = notebook.state(cell.model);
  return state && { notebook, cell, state };
}

export function addCommands(
  commands: CommandRegistry,
  notebooks: INotebooks,
  pick: (place: IPlace) => void,
  palette: ICommandPalette | null,
  trans: TranslationBundle
): void {
  const place = (): IPlace | null => activePlace(notebooks);
  const withPlace = (act: (place: IPlace) => unknown) => (): unknown => {
    const found = place();
    return found ? act(found) : undefined;
  };
  commands.addCommand(Commands.pick, {
    describedBy: NO_ARGUMENTS,
    label: trans.__('Change Backend of Cell…'),
    isEnabled: () => place() !== null,
    execute: withPlace(pick)
  });
  commands.addCommand(Commands.set, {
    describedBy: BACKEND,
    label: args => described(notebooks, text(args.backend), trans),
    caption: trans.__('Write the header line of the cell'),
    isEnabled: () => place() !== null,
    isToggleable: true,
    isToggled: args => {
      const state = place()?.state;
      return state?.how === 'header' && state.label === text(args.backend);
    },
    execute: args => withPlace(found => setBackend(found, text(args.backend), trans))()
  });
  commands.addCommand(Commands.remove, {
    describedBy: NO_ARGUMENTS,
    label: () => {
      const state = place()?.state;
      return state?.cell.header
        ? trans.__('Remove Header Line (%1)', state.current)
        : trans.__('No Header Line (%1)', state?.current ?? '');
    },
    caption: trans.__('Have the cell run on the default backend'),
    isEnabled: () => Boolean(place()?.state.cell.header),
    isToggleable: true,
    isToggled: () => ['default', 'use'].includes(place()?.state.how ?? ''),
    execute: withPlace(found => removeHeader(found, trans))
  });
  commands.addCommand(Commands.write, {
    describedBy: NO_ARGUMENTS,
    label: () => trans.__('Write “%1” into the Cell', `%%${place()?.state.label ?? ''}`),
    isEnabled: () => isDrifting(place()),
    isVisible: () => isDrifting(place()),
    execute: withPlace(found => setBackend(found, found.state.label, trans))
  });
  commands.addCommand(Commands.insertBelow, {
    describedBy: NO_ARGUMENTS,
    label: trans.__('Insert Cell Below, Same Backend'),
    isEnabled: () => place() !== null,
    execute: withPlace(insertBelow)
  });
  commands.addCommand(Commands.importVariable, {
    describedBy: VARIABLE,
    label: trans.__('Use in This Cell'),
    isEnabled: () => place() !== null,
    execute: args =>
      withPlace(found => {
        importVariable(found, text(args.backend), text(args.variable));
      })()
  });
  const category = trans.__('Multi');
  for (const command of [Commands.pick, Commands.remove, Commands.write, Commands.insertBelow]) {
    palette?.addItem({ command, category });
  }
}

function isDrifting(place: IPlace | null): boolean {
  return place !== null && place.notebook.drift(place.cell.model) !== null;
}

/** A backend in a menu: its name, and its language where that is not the name. */
function described(notebooks: INotebooks, name: string, trans: TranslationBundle): string {
  const language = notebooks.current?.backend(name)?.language ?? '';
  return language && language.toLowerCase() !== name ? trans.__('%1 (%2)', name, language) : name;
}

function text(value: ReadonlyPartialJSONObject[string]): string {
  return typeof value === 'string' ? value : '';
}
