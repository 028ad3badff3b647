import { Kernel } from '@jupyterlab/services';
import { ISessionContext } from '@jupyterlab/apputils';
import { JSONObject, UUID } from '@lumino/coreutils';
import { IDisposable } from '@lumino/disposable';
import { ISignal, Signal } from '@lumino/signaling';
import { IAnswers, ISnapshot, KernelError } from './snapshot';

const TARGET = 'multikernel';

interface IPending {
  resolve(answer: object): void;
  reject(error: Error): void;
}

/**
 * The comm of one notebook with its kernel.
 *
 * There is one for each connection to a kernel; it is opened again after a restart and a reconnect. A kernel that does not
 * know it closes it, and is not asked again until it has been restarted.
 */
export class Link implements IDisposable {
  constructor(
    private readonly _context: ISessionContext,
    private readonly _isWanted: () => boolean
  ) {
    _context.kernelChanged.connect(this._kernelChanged, this);
    _context.statusChanged.connect(this._statusChanged, this);
    _context.connectionStatusChanged.connect(this._connectionChanged, this);
    this.open();
  }

  /** What the kernel has said last; null where it has said nothing. */
  get snapshot(): ISnapshot | null {
    return this._snapshot;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    this._close();
    Signal.clearData(this);
  }

  /** Open the comm, if the kernel is Multi and has none of this notebook's. */
  open(): void {
    const kernel = this._context.session?.kernel;
    if (!kernel || this._kernel === kernel || this._isDisposed || !this._isWanted()) {
      return;
    }
    this._kernel = kernel;
    const comm = kernel.createComm(TARGET);
    this._comm = comm;
    comm.onMsg = message => {
      this._take(message.content.data);
    };
    comm.onClose = () => {
      if (this._comm === comm) {
        this._forget();
      }
    };
    comm.open({ version: 1 });
  }

  /** Ask the kernel; KernelError with its words where it cannot answer. */
  async ask<K extends keyof IAnswers>(what: K, details: JSONObject): Promise<IAnswers[K]> {
    const comm = this._comm;
    if (!comm) {
      throw new KernelError('closed');
    }
    const id = UUID.uuid4();
    const answer = new Promise<object>((resolve, reject) => {
      this._pending.set(id, { resolve, reject });
    });
    comm.send({ ...details, id, do: what });
    return (await answer) as IAnswers[K];
  }

  private _take(data: JSONObject): void {
    if (typeof data.id !== 'string') {
      this._snapshot = data as unknown as ISnapshot;
      this._changed.emit();
      return;
    }
    const pending = this._pending.get(data.id);
    this._pending.delete(data.id);
    if (typeof data.error === 'string') {
      pending?.reject(new KernelError(data.error));
    } else {
      pending?.resolve(data);
    }
  }

  private _kernelChanged(): void {
    this._close();
    this._kernel = null;
    this.open();
  }

  private _statusChanged(_: unknown, status: Kernel.Status): void {
    if (status === 'restarting' || status === 'autorestarting') {
      this._forget();
      this._kernel = null;
    } else if (status === 'idle') {
      this.open();
    }
  }

  private _connectionChanged(_: unknown, status: Kernel.ConnectionStatus): void {
    if (status !== 'connected') {
      this._isCut = this._kernel !== null;
    } else if (this._isCut) {
      this._isCut = false;
      this._kernelChanged();
    }
  }

  private _close(): void {
    const comm = this._comm;
    this._forget();
    if (
      comm &&
      !comm.isDisposed &&
      this._context.session?.kernel?.connectionStatus === 'connected'
    ) {
      comm.close();
    }
  }

  private _forget(): void {
    this._comm = null;
    this._snapshot = null;
    this._pending.forEach(({ reject }) => {
      reject(new KernelError('closed'));
    });
    this._pending.clear();
    this._changed.emit();
  }

  private _comm: Kernel.IComm | null = null;
  /** The kernel whose comm is open, or was refused. */
  private _kernel: Kernel.IKernelConnection | null = null;
  private _isCut = false;
  private _isDisposed = false;
  private _snapshot: ISnapshot | null = null;
  private readonly _pending = new Map<string, IPending>();
  private readonly _changed = new Signal<this, void>(this);
}
