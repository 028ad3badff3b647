import { ICellModel } from '@jupyterlab/cells';
import { NotebookPanel } from '@jupyterlab/notebook';
import { KernelSpec } from '@jupyterlab/services';
import { IDisposable } from '@lumino/disposable';
import { ISignal, Signal } from '@lumino/signaling';
import { Names, IVocabulary } from '../grammar/names';
import { isMulti, vocabularyOf } from '../kernel/kernelspecs';
import { Link } from '../kernel/link';
import { IBackend, ISnapshot } from '../kernel/snapshot';
import { CellStates, ICellState } from './cells';

/** One open notebook: whether it is on Multi, where its cells run, and what its kernel says. */
export class MultiNotebook implements IDisposable {
  constructor(
    readonly panel: NotebookPanel,
    private readonly _specs: () => KernelSpec.ISpecModels | null
  ) {
    const { sessionContext, content } = panel;
    this.link = new Link(sessionContext, () => this.isMulti);
    this.link.changed.connect(this._kernelSaid, this);
    sessionContext.kernelChanged.connect(this.refresh, this);
    content.modelChanged.connect(this._modelChanged, this);
    this._modelChanged();
    this.refresh();
  }

  readonly link: Link;

  /** Whether its kernel is Multi. */
  get isMulti(): boolean {
    return this._isMulti;
  }

  /** What the kernel has said last; null where it has said nothing. */
  get snapshot(): ISnapshot | null {
    return this.link.snapshot;
  }

  /** The backend of cells without a header line, above the first `%%use`. */
  get configured(): string {
    return this._vocabulary.configured;
  }

  get names(): Names {
    return this._names;
  }

  /** Emitted when where a cell runs may have changed, or what the kernel says, or whether it is Multi. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Emitted for each cell whose state is another one. */
  get cellChanged(): ISignal<this, ICellModel> {
    return this._cellChanged;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      this.link.dispose();
      Signal.clearData(this);
    }
  }

  /** Where a cell runs; null for what is no code cell of a notebook on Multi. */
  state(model: ICellModel): ICellState | null {
    this._compute();
    return this._isMulti ? this._states.get(model) : null;
  }

  /** What is known of a backend, by its name or that of its group. */
  backend(name: string): Partial<IBackend> | null {
    const backends: readonly Partial<IBackend>[] = this._vocabulary.backends;
    return (
      backends.find(each => each.name === name) ??
      backends.find(each => each.group === name) ??
      null
    );
  }

  /** The default backend that the kernel has now, where that is not what the text above a cell says. */
  drift(model: ICellModel): string | null {
    const now = this.snapshot?.default;
    const state = this.state(model);
    const isHeaderless = state?.how === 'use' || state?.how === 'default';
    return now !== undefined && isHeaderless && now !== state.current ? now : null;
  }

  /** See whether the kernel is Multi, and which backends there are. */
  refresh(): void {
    const name = this._kernelName();
    this._isMulti = isMulti(this._specs()?.kernelspecs[name]);
    this._vocabulary = this.snapshot ?? vocabularyOf(this._specs());
    this._names = new Names(this._vocabulary);
    this.link.open();
    this._invalidate();
  }

  private _kernelName(): string {
    const { sessionContext, content } = this.panel;
    const written = content.model?.getMetadata('kernelspec') as { name?: string } | undefined;
    return sessionContext.session?.kernel?.name ?? written?.name ?? '';
  }

  private _kernelSaid(): void {
    const said = this.snapshot;
    const key =
      said && JSON.stringify([said.configured, said.commands, said.backends.map(vocabularyPart)]);
    if (said && key !== this._vocabularyKey) {
      this._vocabularyKey = key;
      this.refresh();
    } else if (said) {
      this._vocabulary = said;
    }
    this._changed.emit();
  }

  private _modelChanged(): void {
    const cells = this.panel.content.model?.cells;
    cells?.changed.connect(this._cellsChanged, this);
    this._cellsChanged();
  }

  private _cellsChanged(): void {
    for (const model of this.panel.content.model?.cells ?? []) {
      if (!this._seen.has(model)) {
        this._seen.add(model);
        model.contentChanged.connect(this._contentChanged, this);
      }
    }
    this._invalidate();
  }

  private _contentChanged(model: ICellModel): void {
    this._states.touch(model);
    this._invalidate();
  }

  private _invalidate(): void {
    if (!this._isStale) {
      this._isStale = true;
      requestAnimationFrame(() => {
        this._compute();
      });
    }
  }

  private _compute(): void {
    if (!this._isStale || this._isDisposed) {
      return;
    }
    this._isStale = false;
    const models = this._isMulti ? (this.panel.content.model?.cells ?? []) : [];
    const changed = this._states.update(models, this._names, this.configured);
    const isOther = this._isMulti !== this._wasMulti;
    this._wasMulti = this._isMulti;
    const touched = isOther ? [...(this.panel.content.model?.cells ?? [])] : changed;
    for (const model of touched) {
      this._cellChanged.emit(model);
    }
    if (isOther || touched.length > 0) {
      this._changed.emit();
    }
  }

  private _isMulti = false;
  private _wasMulti = false;
  private _isDisposed = false;
  private _isStale = false;
  private _vocabulary: IVocabulary = vocabularyOf(null);
  private _vocabularyKey: string | null = null;
  private _names = new Names(this._vocabulary);
  private readonly _states = new CellStates();
  private readonly _seen = new WeakSet<ICellModel>();
  private readonly _changed = new Signal<this, void>(this);
  private readonly _cellChanged = new Signal<this, ICellModel>(this);
}

/** What names depend on, of all that is known of a backend. */
function vocabularyPart({
  name,
  aliases,
  language,
  mimetype,
  group,
  groupAliases
}: IBackend): unknown {
  return [name, aliases, language, mimetype, group, groupAliases];
}
