import { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import { Message } from '@lumino/messaging';
import * as React from 'react';
import { BackendAction, KernelError } from '../kernel/snapshot';
import { MultiNotebook } from '../notebook/notebook';
import { INotebooks } from '../notebook/notebooks';
import { Backends } from './backends';
import { Lists } from './lists';
import { Variables } from './variables';

/** The side panel: the backends of the current notebook, and their variables. */
export class BackendsPanel extends ReactWidget {
  constructor(
    private readonly _notebooks: INotebooks,
    private readonly _use: (backend: string, variable: string) => void,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.id = 'multi-backends';
    this.addClass('multi-Panel');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', _trans.__('Backends'));
    _notebooks.currentChanged.connect(this._changed, this);
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this._changed();
  }

  protected override render(): React.ReactElement {
    const trans = this._trans;
    const notebook = this._notebooks.current;
    const snapshot = notebook?.snapshot;
    if (!notebook) {
      return (
        <p className="multi-Note">
          {trans.__('The backends of a notebook on Multi are shown here.')}
        </p>
      );
    }
    if (!snapshot) {
      return (
        <p className="multi-Note">{trans.__('The kernel has not told which backends it has.')}</p>
      );
    }
    const lists = this._listsOf(notebook);
    return (
      <>
        <h2>{trans.__('Backends')}</h2>
        {snapshot.error !== '' && <p className="multi-Error">{snapshot.error}</p>}
        {this._error !== '' && (
          <p className="multi-Error" role="alert">
            {this._error}
          </p>
        )}
        <Backends
          key={notebook.panel.id}
          {...{ snapshot, lists, trans }}
          act={(action, backend) => void this._act(notebook, action, backend)}
          log={async backend => (await notebook.link.ask('log', { backend })).text}
        />
        {snapshot.transfers.map(({ text, done, total }) => (
          <p key={text} className="multi-Note" role="status">
            {done === null || total === null
              ? trans.__('Copying %1', text)
              : trans.__(
                  'Copying %1: %2 of %3 MB',
                  text,
                  (done / 1e6).toFixed(),
                  (total / 1e6).toFixed()
                )}
          </p>
        ))}
        <h2>{trans.__('Variables')}</h2>
        <Variables
          {...{ snapshot, lists, trans }}
          use={this._use}
          preview={(backend, name) => notebook.link.ask('preview', { backend, name })}
        />
      </>
    );
  }

  private async _act(
    notebook: MultiNotebook,
    action: BackendAction,
    backend: string
  ): Promise<void> {
    this._error = '';
    try {
      await notebook.link.ask(action, { backend });
    } catch (error) {
      this._error = error instanceof KernelError ? error.message : String(error);
    }
    this.update();
  }

  private _changed(): void {
    const notebook = this._notebooks.current;
    if (this.isVisible) {
      if (notebook?.snapshot) {
        this._listsOf(notebook).refresh();
      }
      this.update();
    }
  }

  private _listsOf(notebook: MultiNotebook): Lists {
    let lists = this._lists.get(notebook);
    if (!lists) {
      lists = new Lists(notebook);
      lists.changed.connect(() => {
        this.update();
      });
      this._lists.set(notebook, lists);
    }
    return lists;
  }

  private _error = '';
  private readonly _lists = new WeakMap<MultiNotebook, Lists>();
}
