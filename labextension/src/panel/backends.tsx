import { TranslationBundle } from '@jupyterlab/translation';
import {
  closeIcon,
  refreshIcon,
  runIcon,
  stopIcon,
  textEditorIcon
} from '@jupyterlab/ui-components';
import * as React from 'react';
import { BackendAction, BackendState, IBackend, ISnapshot } from '../kernel/snapshot';
import { IconButton } from './button';
import { Lists } from './lists';
import { readable } from './sizes';

interface IProps {
  readonly snapshot: ISnapshot;
  readonly lists: Lists;
  readonly trans: TranslationBundle;
  act(action: BackendAction, backend: string): void;
  /** Return the last lines that a backend's process has written. */
  log(backend: string): Promise<string>;
}

/** The list of backends, each with its state and what can be done to it. */
export function Backends(props: IProps): React.ReactElement {
  return (
    <ul className="multi-Backends">
      {props.snapshot.backends.map(backend => (
        <Backend key={backend.name} backend={backend} {...props} />
      ))}
    </ul>
  );
}

function Backend({
  backend,
  snapshot,
  lists,
  trans,
  act,
  log
}: IProps & { backend: IBackend }): React.ReactElement {
  const [text, setText] = React.useState<string | null>(null);
  const { name, state } = backend;
  const isStopped = state === 'stopped';
  const toggleLog = (): void => {
    if (text === null) {
      void log(name).then(setText);
    } else {
      setText(null);
    }
  };
  const waiting = backend.waiting > 0 ? trans.__('%1 waiting', backend.waiting) : '';
  const memory = readable(lists.of(name).memory);
  const details = [backend.place, backend.lost || backend.progress, waiting, memory]
    .filter(Boolean)
    .join(', ');
  return (
    <li className="multi-Backend" data-state={state} data-backend={name}>
      <div className="multi-BackendRow">
        <span className="multi-State" aria-hidden="true" />
        <span className="multi-BackendName" title={trans.__('kernelspec %1', backend.kernelspec)}>
          {name}
        </span>
        {name === snapshot.default && <span className="multi-Tag">{trans.__('default')}</span>}
        <span className="multi-Details" title={details} role="status">
          {[wordFor(state, trans), details].filter(Boolean).join(' · ')}
        </span>
        <span className="multi-Buttons">
          {isStopped && (
            <IconButton
              icon={runIcon}
              label={trans.__('Start %1', name)}
              onClick={() => {
                act('start', name);
              }}
            />
          )}
          {state === 'busy' && (
            <IconButton
              icon={stopIcon}
              label={trans.__('Interrupt %1', name)}
              onClick={() => {
                act('interrupt', name);
              }}
            />
          )}
          {!isStopped && (
            <IconButton
              icon={refreshIcon}
              label={trans.__('Restart %1', name)}
              onClick={() => {
                act('restart', name);
              }}
            />
          )}
          {!isStopped && (
            <IconButton
              icon={closeIcon}
              label={trans.__('Stop %1', name)}
              onClick={() => {
                act('stop', name);
              }}
            />
          )}
          <IconButton
            icon={textEditorIcon}
            label={trans.__('Log of %1', name)}
            isPressed={text !== null}
            onClick={toggleLog}
          />
        </span>
      </div>
      {text !== null && (
        <pre className="multi-Log" tabIndex={0} aria-label={trans.__('Log of %1', name)}>
          {text}
        </pre>
      )}
    </li>
  );
}

function wordFor(state: BackendState, trans: TranslationBundle): string {
  switch (state) {
    case 'busy':
      return trans.__('busy');
    case 'ready':
      return trans.__('ready');
    case 'starting':
      return trans.__('starting');
    case 'stopped':
      return trans.__('stopped');
  }
}
