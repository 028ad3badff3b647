import { Cell, CodeCell } from '@jupyterlab/cells';
import { TranslationBundle } from '@jupyterlab/translation';
import { MultiNotebook } from '../notebook/notebook';
import { CellLabel, Press } from './label';

/** The labels of a notebook's code cells. */
export class CellLabels {
  constructor(
    private readonly _notebook: MultiNotebook,
    private readonly _press: Press,
    private readonly _trans: TranslationBundle
  ) {
    const { content } = _notebook.panel;
    content.modelChanged.connect(this._listen, this);
    this._active = content.activeCell;
    content.activeCellChanged.connect(this._activeChanged, this);
    _notebook.changed.connect(this._updateActive, this);
    this._listen();
  }

  /** Return the label of a cell, where it is shown. */
  node(cell: Cell): HTMLElement | null {
    const node = this._labels.get(cell)?.node;
    return node?.isConnected ? node : null;
  }

  private _listen(): void {
    this._notebook.panel.content.model?.cells.changed.connect(this._addMissing, this);
    this._addMissing();
  }

  /** Cells outside the visible part of a long notebook have no editor yet. */
  private _addMissing(): void {
    for (const cell of this._notebook.panel.content.widgets) {
      if (cell instanceof CodeCell && !this._seen.has(cell)) {
        this._seen.add(cell);
        void cell.ready.then(() => {
          if (!cell.isDisposed) {
            this._labels.set(cell, new CellLabel(cell, this._notebook, this._press, this._trans));
          }
        });
      }
    }
  }

  private _activeChanged(): void {
    const before = this._active;
    this._active = this._notebook.panel.content.activeCell;
    if (before) {
      this._labels.get(before)?.update();
    }
    this._updateActive();
  }

  private _updateActive(): void {
    const active = this._notebook.panel.content.activeCell;
    if (active) {
      this._labels.get(active)?.update();
    }
  }

  private _active: Cell | null = null;
  private readonly _seen = new WeakSet<Cell>();
  private readonly _labels = new WeakMap<Cell, CellLabel>();
}
