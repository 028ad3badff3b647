import { ICellModel } from '@jupyterlab/cells';
import { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { KernelSpec } from '@jupyterlab/services';
import { Token } from '@lumino/coreutils';
import { DisposableDelegate, IDisposable } from '@lumino/disposable';
import { ISignal, Signal } from '@lumino/signaling';
import { ICellState } from './cells';
import { MultiNotebook } from './notebook';

export const INotebooks = new Token<INotebooks>(
  'multikernel:INotebooks',
  'The open notebooks, and where each of their cells runs.'
);

export interface INotebooks {
  /** The notebook that is current, if it is on Multi. */
  readonly current: MultiNotebook | null;
  /** Emitted when the current notebook, its active cell, or anything that is known of it has changed. */
  readonly currentChanged: ISignal<INotebooks, void>;
  /** Emitted when a notebook has been opened, whatever its kernel. */
  readonly added: ISignal<INotebooks, MultiNotebook>;
  /** Each that is open. */
  forEach(act: (notebook: MultiNotebook) => void): void;
  /** Call back whenever the state of a cell is another one, until disposed. */
  watch(
    model: ICellModel,
    changed: (state: ICellState | null, notebook: MultiNotebook) => void
  ): IDisposable;
}

type Watcher = (state: ICellState | null, notebook: MultiNotebook) => void;

export class Notebooks implements INotebooks {
  constructor(
    private readonly _tracker: INotebookTracker,
    private readonly _specs: KernelSpec.IManager
  ) {
    _tracker.widgetAdded.connect((_, panel) => {
      this._add(panel);
    });
    _tracker.forEach(panel => {
      this._add(panel);
    });
    _tracker.currentChanged.connect(this._emit, this);
    _tracker.activeCellChanged.connect(this._emit, this);
    _specs.specsChanged.connect(() => {
      this.forEach(notebook => {
        notebook.refresh();
      });
    });
  }

  get current(): MultiNotebook | null {
    const panel = this._tracker.currentWidget;
    const notebook = panel ? this._notebooks.get(panel) : undefined;
    return notebook?.isMulti ? notebook : null;
  }

  get currentChanged(): ISignal<INotebooks, void> {
    return this._currentChanged;
  }

  get added(): ISignal<INotebooks, MultiNotebook> {
    return this._added;
  }

  forEach(act: (notebook: MultiNotebook) => void): void {
    this._notebooks.forEach(act);
  }

  watch(model: ICellModel, changed: Watcher): IDisposable {
    const watchers = this._watchers.get(model) ?? new Set();
    this._watchers.set(model, watchers.add(changed));
    this._notebooks.forEach(notebook => {
      const state = notebook.state(model);
      if (state) {
        changed(state, notebook);
      }
    });
    return new DisposableDelegate(() => {
      watchers.delete(changed);
    });
  }

  private _add(panel: NotebookPanel): void {
    void panel.context.ready.then(() => {
      if (panel.isDisposed || this._notebooks.has(panel)) {
        return;
      }
      const notebook = new MultiNotebook(panel, () => this._specs.specs);
      this._notebooks.set(panel, notebook);
      panel.disposed.connect(() => {
        notebook.dispose();
        this._notebooks.delete(panel);
      });
      notebook.cellChanged.connect((_, model) => {
        const state = notebook.state(model);
        this._watchers.get(model)?.forEach(changed => {
          changed(state, notebook);
        });
      });
      notebook.changed.connect(() => {
        if (panel === this._tracker.currentWidget) {
          this._emit();
        }
      });
      this._added.emit(notebook);
      this._emit();
    });
  }

  private _emit(): void {
    this._currentChanged.emit();
  }

  private readonly _notebooks = new Map<NotebookPanel, MultiNotebook>();
  private readonly _watchers = new WeakMap<ICellModel, Set<Watcher>>();
  private readonly _currentChanged = new Signal<this, void>(this);
  private readonly _added = new Signal<this, MultiNotebook>(this);
}
