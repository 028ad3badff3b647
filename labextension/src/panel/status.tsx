import { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';
import { INotebooks } from '../notebook/notebooks';

/** An item of the status bar: where the active cell runs, and how many backends are busy. */
export class StatusItem extends ReactWidget {
  constructor(
    private readonly _notebooks: INotebooks,
    private readonly _open: () => void,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('multi-Status');
    _notebooks.currentChanged.connect(() => {
      this.update();
    });
  }

  protected override render(): React.ReactElement | null {
    const trans = this._trans;
    const notebook = this._notebooks.current;
    const model = notebook?.panel.content.activeCell?.model;
    if (!notebook) {
      return null;
    }
    const state = model ? notebook.state(model) : null;
    const drift = model ? notebook.drift(model) : null;
    const busy = (notebook.snapshot?.backends ?? []).filter(backend => backend.state === 'busy');
    const name = state?.label ?? notebook.configured;
    const texts = [
      drift === null
        ? trans.__('Multi: %1', name)
        : trans.__('would run on %1 now; the text says %2', drift, name)
    ];
    if (busy.length > 0) {
      texts.push(trans.__('%1 busy', busy.length));
    }
    const explained = trans.__('The backend of the active cell. Show all backends.');
    return (
      <button type="button" data-drift={drift ?? ''} title={explained} onClick={this._open}>
        {texts.join(' · ')}
      </button>
    );
  }
}
