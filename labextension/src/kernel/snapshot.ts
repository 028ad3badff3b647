/** What Multi says over its comm, and what it is asked: docs/comm.md. */

export type BackendState = 'stopped' | 'starting' | 'ready' | 'busy';

/** All that a front-end shows of the backends; a whole one comes whenever something has changed. */
export interface ISnapshot {
  readonly version: number;
  /** The default backend now: `%%use` changes it. */
  readonly default: string;
  /** The default backend as configured. */
  readonly configured: string;
  /** The config file; empty where the installed kernelspecs are the backends. */
  readonly file: string;
  /** What is wrong with it; empty if nothing is. */
  readonly error: string;
  readonly commands: readonly string[];
  readonly backends: readonly IBackend[];
  readonly transfers: readonly ITransfer[];
}

export interface IBackend {
  /** As one types it. */
  readonly name: string;
  readonly aliases: readonly string[];
  readonly kernelspec: string;
  readonly language: string;
  readonly mimetype: string;
  /** Where it runs; empty for this machine. */
  readonly place: string;
  /** The name of those that `count` makes, of which this is one. */
  readonly group: string | null;
  readonly groupAliases?: readonly string[];
  readonly state: BackendState;
  /** Seconds since the epoch at which it got into this state; null if it has never been started. */
  readonly since: number | null;
  /** Why it cannot be reached at the moment; empty if it can. */
  readonly lost: string;
  /** How many cells wait for it. */
  readonly waiting: number;
  /** How far a start or a job is, in words; empty where there is nothing to tell. */
  readonly progress: string;
  /** How many cells it has run. */
  readonly cells: number;
}

export interface ITransfer {
  /** In words: `df from python to r`. */
  readonly text: string;
  readonly backends: readonly string[];
  /** Bytes that are on another machine by now, and all that will be; null where nothing has to go to one. */
  readonly done: number | null;
  readonly total: number | null;
}

export type BackendAction = 'start' | 'stop' | 'restart' | 'interrupt';

/** What can be asked, with what an answer holds. */
export interface IAnswers {
  start: object;
  stop: object;
  restart: object;
  interrupt: object;
  log: { readonly text: string };
  memory: { readonly bytes: number | null };
  variables: { readonly variables: readonly IVariable[] };
  preview: IPreview;
}

export interface IVariable {
  readonly name: string;
  readonly type: string;
  readonly shape: string;
  /** Bytes; null where that is not known. */
  readonly size: number | null;
}

/** The beginning of a variable: rows and columns of a table, or a text. */
export interface IPreview {
  readonly columns: readonly string[];
  readonly types: readonly string[];
  /** Of the rows. */
  readonly labels: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly text: string;
  /** How many rows and columns the variable has; null where it is no table. */
  readonly total: readonly [number, number] | null;
}

/** The error of a backend that runs a cell: it is never asked behind one. */
export const BUSY = 'busy';

export class KernelError extends Error {}
