/** The options of a backend header; the same as multikernel/core/cells/options.py and items.py. */
import { IHeaderLine } from './lines';
import { Names } from './names';

const LONG: Readonly<Record<string, string>> = {
  '--input': '-i',
  '--output': '-o',
  '--width': '-w',
  '--height': '-h',
  '--units': '-u',
  '--res': '-r',
  '&': '--bg'
};
const PLOT = new Set(['-w', '-h', '-u', '-r']);
const OF_SEVERAL = new Set(['--scatter', '--gather']);
const KNOWN = new Set(['-i', '-o', '--scatter', '--gather', '--bg', ...PLOT]);
const UNITS = new Set(['px', 'in', 'cm', 'mm']);
const NUMBER = /^(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)$/;

/** An option, under its short name, with the words that follow it. */
export interface IOption {
  readonly name: string;
  readonly values: readonly string[];
}

/** The options of a line; null where words belong to none. */
export function optionsOf(line: IHeaderLine): IOption[] | null {
  const options: { name: string; values: string[] }[] = [];
  for (const word of line.words) {
    if (word.startsWith('-') || word === '&') {
      const [, name = word, value] = /^(--[^=]*)=(.*)$/s.exec(word) ?? [];
      options.push({ name: LONG[name] ?? name, values: value === undefined ? [] : [value] });
    } else if (options.length === 0) {
      return null;
    } else {
      options[options.length - 1]?.values.push(word);
    }
  }
  return options;
}

/** Whether the next cell does not wait for one with this header. */
export function isInBackground(line: IHeaderLine): boolean {
  return line.words.some(word => (LONG[word] ?? word) === '--bg');
}

/** Whether Multi takes the options of a backend header; `current` is the default backend. */
export function areRight(
  line: IHeaderLine,
  targets: readonly string[],
  names: Names,
  current: string
): boolean {
  const made = { before: new Set<string>(), after: new Set<string>() };
  return (
    optionsOf(line)?.every(({ name, values }) => {
      if (!KNOWN.has(name) || (OF_SEVERAL.has(name) && !names.isSeveral(line.name))) {
        return false;
      }
      if (PLOT.has(name)) {
        return targets.every(target => names.languageOf(target) === 'r') && isSize(name, values);
      }
      if (name === '--bg') {
        return values.length === 0;
      }
      const isBefore = name === '-i' || name === '--scatter';
      const copies = copiesOf(name, values, targets, names, current);
      return (
        copies !== null && copies.every(copy => isFirst(isBefore ? made.before : made.after, copy))
      );
    }) ?? false
  );
}

function isSize(name: string, values: readonly string[]): boolean {
  const [value = ''] = values;
  const isRight = name === '-u' ? UNITS.has(value) : NUMBER.test(value) && Number(value) > 0;
  return values.length === 1 && isRight;
}

function isFirst(made: Set<string>, copy: string): boolean {
  const isNew = !made.has(copy);
  made.add(copy);
  return isNew;
}

/** The variables that an option makes, as `backend:name`; null where an item cannot be right. */
function copiesOf(
  option: string,
  values: readonly string[],
  targets: readonly string[],
  names: Names,
  current: string
): string[] | null {
  const items = values
    .join(' ')
    .split(',')
    .map(item => item.replace(/^ +| +$/g, ''));
  const copies: string[] = [];
  for (const item of items) {
    const copy =
      item === '' || item.includes(' ') ? null : copyOf(option, item, targets, names, current);
    if (!copy) {
      return null;
    }
    copies.push(...copy);
  }
  return copies;
}

function copyOf(
  option: string,
  item: string,
  targets: readonly string[],
  names: Names,
  current: string
): string[] | null {
  const isInput = option === '-i' || option === '--scatter';
  const { backend, name, newName } = isInput ? splitInput(item) : splitOutput(item);
  const other = backend === '' ? current : names.find(backend);
  if (other === null || !isVariable(name) || !isVariable(newName)) {
    return null;
  }
  const isSelf = OF_SEVERAL.has(option)
    ? targets.includes(other) && newName === name
    : targets.length === 1 && targets[0] === other;
  if (isSelf) {
    return null;
  }
  if (option === '-i') {
    return targets.filter(target => target !== other).map(target => `${target}:${newName}`);
  }
  if (option === '--scatter') {
    return targets.map(target => `${target}:${newName}`);
  }
  if (option === '--gather' || targets.length === 1) {
    return [`${other}:${newName}`];
  }
  return targets.map(target => `${other}:${newName}_${asName(target)}`);
}

/** Split `new=backend:x`. */
function splitInput(item: string): { backend: string; name: string; newName: string } {
  const [newName, where] = partition(item, '=');
  const [backend, name] = splitBackend(where ?? item);
  return { backend, name, newName: where === undefined ? name : newName };
}

/** Split `backend:new=x`. */
function splitOutput(item: string): { backend: string; name: string; newName: string } {
  const [backend, what] = splitBackend(item);
  const [newName, name] = partition(what, '=');
  return { backend, name: name ?? what, newName };
}

function splitBackend(item: string): [string, string] {
  const [backend, name] = partition(item, ':');
  return name === undefined ? ['', item] : [backend, name];
}

function partition(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function isVariable(name: string): boolean {
  return name !== '' && !/[=:]/.test(name);
}

function asName(backend: string): string {
  return backend.replace(/[^\p{L}\p{N}_]+/gu, '_').replace(/^_+|_+$/g, '');
}
