import { CodeCellModel } from '@jupyterlab/cells';
import { ISignal, Signal } from '@lumino/signaling';
import { BUSY, IBackend, IVariable, KernelError } from '../kernel/snapshot';
import { MultiNotebook } from '../notebook/notebook';

/** What is known of one backend beyond the snapshot. */
export interface IKnown {
  readonly variables: readonly IVariable[] | null;
  /** Bytes; null where that is not known. */
  readonly memory: number | null;
  /** Why the variables cannot be listed; empty if they can. */
  readonly error: string;
  /** The number of cells that it had run when it was asked, and since when it runs. */
  readonly cells: number;
}

const NOTHING: IKnown = { variables: null, memory: null, error: '', cells: -1 };

/**
 * The variables and the memory of a notebook's backends.
 *
 * To list variables, code runs silently in the backend; so that is done once after its cells have run, while somebody looks
 * and nothing waits, and never otherwise unless it is asked for.
 */
export class Lists {
  constructor(private readonly _notebook: MultiNotebook) {}

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  of(backend: string): IKnown {
    return this._known.get(backend) ?? NOTHING;
  }

  /** Whether cells have run since the list was made, or run now. */
  isOld(backend: IBackend): boolean {
    return (
      this.of(backend.name).variables !== null && this.of(backend.name).cells !== backend.cells
    );
  }

  /** Ask those that have run cells since they were asked last. */
  refresh(): void {
    const backends = this._notebook.snapshot?.backends ?? [];
    const isQuiet =
      backends.every(({ state, waiting }) => state !== 'busy' && waiting === 0) &&
      !this._hasWaiting();
    for (const backend of backends) {
      if (backend.state === 'stopped') {
        this._known.delete(backend.name);
      } else if (
        isQuiet &&
        backend.state === 'ready' &&
        this.of(backend.name).cells !== backend.cells
      ) {
        this.ask(backend);
      }
    }
  }

  /** Ask a backend now. */
  ask(backend: IBackend): void {
    if (this._asked.get(backend.name) !== backend.cells) {
      this._asked.set(backend.name, backend.cells);
      void this._ask(backend).finally(() => {
        this._asked.delete(backend.name);
        this._changed.emit();
      });
    }
  }

  private async _ask({ name, cells }: IBackend): Promise<void> {
    const { link } = this._notebook;
    try {
      const { bytes } = await link.ask('memory', { backend: name });
      this._known.set(name, { ...this.of(name), memory: bytes });
      const { variables } = await link.ask('variables', { backend: name });
      this._known.set(name, { variables, memory: bytes, error: '', cells });
    } catch (error) {
      const why = error instanceof KernelError ? error.message : String(error);
      this._known.set(name, {
        ...this.of(name),
        error: why === BUSY ? '' : why,
        cells: why === BUSY ? -1 : cells
      });
    }
  }

  private _hasWaiting(): boolean {
    const models = this._notebook.panel.content.model?.cells ?? [];
    return [...models].some(
      model => model instanceof CodeCellModel && model.executionState === 'running'
    );
  }

  private readonly _known = new Map<string, IKnown>();
  private readonly _asked = new Map<string, number>();
  private readonly _changed = new Signal<this, void>(this);
}
