/** What the picker and the panel do to the text of a cell: each is one step to undo. */
import { Dialog, showDialog } from '@jupyterlab/apputils';
import { Cell } from '@jupyterlab/cells';
import { TranslationBundle } from '@jupyterlab/translation';
import {
  IEdit,
  lineAt,
  optionsText,
  withBackend,
  withImport,
  withoutHeader
} from '../grammar/edits';
import { parse } from '../grammar/parser';
import { ICellState } from '../notebook/cells';
import { MultiNotebook } from '../notebook/notebook';

/** A code cell of a notebook on Multi. */
export interface IPlace {
  readonly notebook: MultiNotebook;
  readonly cell: Cell;
  readonly state: ICellState;
}

/** Have the cell run on a backend: write its header line, or change it. */
export async function setBackend(
  place: IPlace,
  name: string,
  trans: TranslationBundle
): Promise<void> {
  const { cell: parsed, names, current } = place.state;
  const position = cursorOf(place.cell);
  const edit = withBackend(parsed, name, position);
  const isRefused = parse(applied(parsed.code, edit), names, current).isRefused;
  if (!isRefused || parsed.isRefused) {
    apply(place, edit);
  } else if (
    await confirm(
      trans.__('Change the backend to %1?', name),
      trans.__(
        '“%1” means nothing on %2 here; the line is written without it.',
        optionsOf(place),
        name
      ),
      trans.__('Change'),
      trans
    )
  ) {
    apply(place, withBackend(parsed, name, position, false));
  }
}

/** Remove the header line of the cell. */
export async function removeHeader(place: IPlace, trans: TranslationBundle): Promise<void> {
  const edit = withoutHeader(place.state.cell);
  const options = optionsOf(place);
  const isMeant =
    edit &&
    (options === '' ||
      (await confirm(
        trans.__('Remove the header line?'),
        trans.__('“%1” is on it, and would be removed, too.', options),
        trans.__('Remove'),
        trans
      )));
  if (edit && isMeant) {
    apply(place, edit);
  }
}

/** Copy a variable of a backend into that of the cell, before its body runs. */
export function importVariable(place: IPlace, backend: string, variable: string): void {
  const { cell: parsed, backends, current } = place.state;
  const position = cursorOf(place.cell);
  if (backends.length === 1 && backends[0] === backend) {
    return;
  }
  const item = backend === current ? variable : `${backend}:${variable}`;
  const edit = withImport(parsed, item, position, place.state.label);
  if (edit) {
    apply(place, edit);
  }
}

/** Insert a cell that runs where this one does. */
export function insertBelow({ notebook, state }: IPlace): void {
  const { content } = notebook.panel;
  const source = state.how === 'header' && state.cell.header ? `%%${state.cell.header.name}\n` : '';
  const index = content.activeCellIndex + 1;
  content.model?.sharedModel.insertCell(index, {
    cell_type: 'code',
    source,
    metadata: { trusted: true }
  });
  content.activeCellIndex = index;
  content.deselectAll();
  const cell = content.activeCell;
  void cell?.ready.then(() => {
    content.mode = 'edit';
    cell.editor?.setCursorPosition({ line: source ? 1 : 0, column: 0 });
  });
}

function optionsOf({ state, cell }: IPlace): string {
  return optionsText(lineAt(state.cell, cursorOf(cell)));
}

function cursorOf(cell: Cell): number {
  const editor = cell.editor;
  return editor ? editor.getOffsetAt(editor.getCursorPosition()) : 0;
}

function applied(code: string, { from, to, text }: IEdit): string {
  return code.slice(0, from) + text + code.slice(to);
}

function apply({ cell }: IPlace, { from, to, text }: IEdit): void {
  const shared = cell.model.sharedModel;
  // What is typed within half a second is one step to undo, unless a step is closed.
  const { undoManager } = shared as { undoManager?: { stopCapturing(): void } | null };
  undoManager?.stopCapturing();
  shared.updateSource(from, to, text);
  undoManager?.stopCapturing();
}

async function confirm(
  title: string,
  body: string,
  label: string,
  trans: TranslationBundle
): Promise<boolean> {
  const buttons = [Dialog.cancelButton({ label: trans.__('Cancel') }), Dialog.okButton({ label })];
  return (await showDialog({ title, body, buttons })).button.accept;
}
