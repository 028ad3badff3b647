import { Cell } from '@jupyterlab/cells';
import { TranslationBundle } from '@jupyterlab/translation';
import { IDisposable } from '@lumino/disposable';
import { ICellState } from '../notebook/cells';
import { MultiNotebook } from '../notebook/notebook';

const CLASS = 'multi-Label';

/** What a label does when it is pressed. */
export type Press = (cell: Cell, at: HTMLElement) => void;

/** The backend of one cell, below its prompt: a button that opens the picker. */
export class CellLabel implements IDisposable {
  constructor(
    private readonly _cell: Cell,
    private readonly _notebook: MultiNotebook,
    press: Press,
    private readonly _trans: TranslationBundle
  ) {
    this.node = document.createElement('button');
    this.node.className = CLASS;
    this.node.type = 'button';
    this.node.setAttribute('aria-haspopup', 'menu');
    this.node.addEventListener('mousedown', event => {
      // The cell keeps the focus.
      event.preventDefault();
    });
    this.node.addEventListener('click', event => {
      event.stopPropagation();
      press(_cell, this.node);
    });
    _notebook.cellChanged.connect((_, model) => {
      if (model === _cell.model) {
        this.update();
      }
    });
    _cell.disposed.connect(this.dispose, this);
    this.update();
  }

  readonly node: HTMLButtonElement;

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    this.node.remove();
  }

  /** Show what is known of the cell now. */
  update(): void {
    const area = this._cell.isDisposed ? null : this._cell.inputArea?.node;
    const state = this._notebook.state(this._cell.model);
    const isActive = this._notebook.panel.content.activeCell === this._cell;
    const isShown =
      state && state.how !== 'none' && (isActive || state.label !== this._notebook.configured);
    if (!area || !isShown) {
      this.node.remove();
      return;
    }
    if (this.node.parentNode !== area) {
      area.append(this.node);
    }
    const drift = isActive ? this._notebook.drift(this._cell.model) : null;
    this.node.textContent = state.label;
    this.node.dataset.how = state.how;
    this.node.dataset.drift = drift ?? '';
    this.node.tabIndex = isActive ? 0 : -1;
    this.node.title = this._explain(state, drift);
    this.node.setAttribute('aria-label', this._trans.__('Backend: %1', this.node.title));
  }

  private _explain(state: ICellState, drift: string | null): string {
    const trans = this._trans;
    if (drift !== null) {
      return trans.__('would run on %1 now; the text says %2', drift, state.label);
    }
    switch (state.how) {
      case 'use':
        return trans.__('%1, by %2 above', state.label, `%%use ${state.label}`);
      case 'default':
        return trans.__('%1, the default', state.label);
      default:
        return trans.__('%1, by the text of this cell', state.label);
    }
  }

  private _isDisposed = false;
}
