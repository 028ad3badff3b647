import { TranslationBundle } from '@jupyterlab/translation';
import { addIcon, refreshIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import { IBackend, IPreview, ISnapshot, IVariable } from '../kernel/snapshot';
import { IconButton } from './button';
import { Lists } from './lists';
import { Preview } from './preview';
import { readable } from './sizes';

type Column = keyof IVariable;

interface IProps {
  readonly snapshot: ISnapshot;
  readonly lists: Lists;
  readonly trans: TranslationBundle;
  /** Copy a variable into the backend of the active cell. */
  use(backend: string, variable: string): void;
  preview(backend: string, variable: string): Promise<IPreview>;
}

interface IOrder {
  readonly column: Column;
  readonly isDown: boolean;
}

/** The variables of all backends that run, with a filter. */
export function Variables(props: IProps): React.ReactElement {
  const { snapshot, trans } = props;
  const [filter, setFilter] = React.useState('');
  const [order, setOrder] = React.useState<IOrder>({ column: 'name', isDown: false });
  const sortBy = (column: Column): void => {
    setOrder({ column, isDown: column === order.column && !order.isDown });
  };
  const running = snapshot.backends.filter(({ state }) => state === 'ready' || state === 'busy');
  return (
    <>
      <input
        type="search"
        className="multi-Filter jp-mod-styled"
        placeholder={trans.__('Filter')}
        aria-label={trans.__('Filter variables')}
        value={filter}
        onChange={event => {
          setFilter(event.target.value);
        }}
      />
      {running.map(backend => (
        <Group key={backend.name} {...props} {...{ backend, filter, order, sortBy }} />
      ))}
    </>
  );
}

interface IGroupProps extends IProps {
  readonly backend: IBackend;
  readonly filter: string;
  readonly order: IOrder;
  sortBy(column: Column): void;
}

function Group(props: IGroupProps): React.ReactElement {
  const { backend, lists, filter, order, sortBy, trans } = props;
  const { variables, error } = lists.of(backend.name);
  const needle = filter.toLowerCase();
  const shown = (variables ?? [])
    .filter(({ name, type }) => `${name} ${type}`.toLowerCase().includes(needle))
    .sort((one, other) => compare(one, other, order));
  const columns: [Column, string][] = [
    ['name', trans.__('Name')],
    ['type', trans.__('Type')],
    ['shape', trans.__('Shape')],
    ['size', trans.__('Size')]
  ];
  return (
    <section className="multi-Group" aria-label={trans.__('Variables of %1', backend.name)}>
      <h3>
        {backend.name}
        <span className="multi-Details">{noteFor(props, variables)}</span>
        <IconButton
          icon={refreshIcon}
          label={trans.__('List the variables of %1', backend.name)}
          onClick={() => {
            lists.ask(backend);
          }}
        />
      </h3>
      {error !== '' && <p className="multi-Error">{error}</p>}
      {shown.length > 0 && (
        <table className="multi-Variables">
          <thead>
            <tr>
              {columns.map(([column, label]) => (
                <th key={column} aria-sort={sortOf(column, order)}>
                  <button
                    type="button"
                    onClick={() => {
                      sortBy(column);
                    }}
                  >
                    {label}
                  </button>
                </th>
              ))}
              <th aria-label={trans.__('Actions')} />
            </tr>
          </thead>
          <tbody>
            {shown.map(variable => (
              <Variable key={variable.name} variable={variable} {...props} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Variable({
  backend,
  variable,
  use,
  preview,
  trans
}: IGroupProps & { variable: IVariable }): React.ReactElement {
  const [shown, setShown] = React.useState<IPreview | string | null>(null);
  const { name, type, shape, size } = variable;
  const toggle = (): void => {
    if (shown === null) {
      preview(backend.name, name).then(setShown, (error: unknown) => {
        setShown(error instanceof Error ? error.message : String(error));
      });
    } else {
      setShown(null);
    }
  };
  return (
    <>
      <tr>
        <td>
          <button
            type="button"
            className="multi-VariableName"
            title={trans.__('Show the beginning of %1', name)}
            aria-expanded={shown !== null}
            onClick={toggle}
          >
            {name}
          </button>
        </td>
        <td title={type}>{type}</td>
        <td>{shape}</td>
        <td className="multi-Number">{readable(size)}</td>
        <td>
          <IconButton
            icon={addIcon}
            label={trans.__('Use %1 of %2 in This Cell', name, backend.name)}
            onClick={() => {
              use(backend.name, name);
            }}
          />
        </td>
      </tr>
      {shown !== null && (
        <tr>
          <td colSpan={5}>
            <Preview preview={shown} />
          </td>
        </tr>
      )}
    </>
  );
}

/** How old the list is, or why there is none. */
function noteFor(
  { backend, lists, trans }: IGroupProps,
  variables: readonly IVariable[] | null
): string {
  if (backend.state === 'busy') {
    return variables ? trans.__('busy; the list is from before') : trans.__('busy');
  }
  if (!variables) {
    return trans.__('not listed yet');
  }
  if (lists.isOld(backend)) {
    return trans.__('the list is from before');
  }
  return variables.length === 0 ? trans.__('none') : '';
}

function compare(one: IVariable, other: IVariable, { column, isDown }: IOrder): number {
  const [first, second] = isDown ? [other, one] : [one, other];
  return column === 'size'
    ? (first.size ?? -1) - (second.size ?? -1)
    : first[column].localeCompare(second[column]);
}

function sortOf(column: Column, order: IOrder): 'ascending' | 'descending' | 'none' {
  if (column !== order.column) {
    return 'none';
  }
  return order.isDown ? 'descending' : 'ascending';
}
