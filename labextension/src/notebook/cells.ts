/** Where each cell of a notebook runs, as its text and the texts above it say. */
import { ICellModel } from '@jupyterlab/cells';
import { isNothing } from '../grammar/lines';
import { Names } from '../grammar/names';
import { ICell, parse } from '../grammar/parser';

export interface ICellState {
  readonly cell: ICell;
  readonly names: Names;
  /** The default backend above it. */
  readonly current: string;
  /** The backends of its body. */
  readonly backends: readonly string[];
  /** What says so: its own text, `%%use` above it, or nothing; `none` where nothing of it would run. */
  readonly how: 'header' | 'use' | 'default' | 'none';
  /** As one types it: `r`, `python,bash`. */
  readonly label: string;
}

/** The states of a notebook's code cells; only what has changed is read again. */
export class CellStates {
  /** Read all cells and return the models of those whose state is another one. */
  update(models: Iterable<ICellModel>, names: Names, configured: string): ICellModel[] {
    const changed: ICellModel[] = [];
    let current = configured;
    for (const model of models) {
      if (model.type !== 'code') {
        continue;
      }
      const known = this._states.get(model);
      let state = known;
      if (
        !state ||
        this._isStale.has(model) ||
        state.names !== names ||
        state.current !== current
      ) {
        state = stateOf(model.sharedModel.getSource(), names, current, configured);
        this._states.set(model, state);
        this._isStale.delete(model);
        if (!known || !isSame(known, state)) {
          changed.push(model);
        }
      }
      if (!state.cell.isRefused) {
        current = state.cell.newDefault ?? current;
      }
    }
    return changed;
  }

  get(model: ICellModel): ICellState | null {
    return this._states.get(model) ?? null;
  }

  /** Note that a cell's text has changed. */
  touch(model: ICellModel): void {
    this._isStale.add(model);
  }

  private readonly _states = new WeakMap<ICellModel, ICellState>();
  private readonly _isStale = new WeakSet<ICellModel>();
}

function stateOf(code: string, names: Names, current: string, configured: string): ICellState {
  const cell = parse(code, names, current);
  const { header, targets, commands, newDefault } = cell;
  const backends = targets.length > 0 ? targets : [current];
  const runsNothing = !header && commands.length > 0 && isNothing(code.slice(cell.bodyStart));
  if (cell.parts.length > 0 || header) {
    const parts = cell.parts.map(part => part.header.name.toLowerCase());
    const label =
      parts.length > 0 ? [...new Set(parts)].join(',') : (header?.name.toLowerCase() ?? '');
    return { cell, names, current, backends, how: 'header', label };
  }
  if (runsNothing && newDefault === null) {
    return { cell, names, current, backends, how: 'none', label: current };
  }
  const how = newDefault !== null ? 'header' : current === configured ? 'default' : 'use';
  return { cell, names, current, backends, how, label: newDefault ?? current };
}

function isSame(one: ICellState, other: ICellState): boolean {
  return (
    one.how === other.how &&
    one.label === other.label &&
    one.names === other.names &&
    one.current === other.current &&
    one.backends.join() === other.backends.join() &&
    one.cell.parts.map(part => part.targets.join()).join(';') ===
      other.cell.parts.map(part => part.targets.join()).join(';')
  );
}
