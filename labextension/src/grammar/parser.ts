/**
 * The text of a cell, read; the same as multikernel/core/cells/parser.py.
 *
 * A text that Multi would refuse has parts, too, while it is being typed: what is known of it is there, and `isRefused`
 * says that it would not run.
 */
import { endOfLine, headerLine, IHeaderLine, indentedName, isNothing, linesIn, NOW } from './lines';
import { Names, PARTS } from './names';
import { areRight, isInBackground } from './options';

export interface ICell {
  readonly code: string;
  readonly commands: readonly IHeaderLine[];
  /** The backend header, or `%%parts`. */
  readonly header: IHeaderLine | null;
  /** Backends that the body is for, by the header or by `%%use`; none: the default. */
  readonly targets: readonly string[];
  /** Backend that `%%use` makes the default. */
  readonly newDefault: string | null;
  readonly bodyStart: number;
  /** The line on top that has the form of a header line but is not Multi's. */
  readonly foreign: IHeaderLine | null;
  readonly parts: readonly IPart[];
  readonly isRefused: boolean;
}

/** Below `%%parts`. */
export interface IPart {
  readonly header: IHeaderLine;
  readonly targets: readonly string[];
  readonly bodyStart: number;
  readonly end: number;
}

/** Cell magics that run what is below them as a cell of their own kernel. */
const RUN_CODE = new Set(
  'capture debug memit prun pyinstrument scalene snakeviz time timeit'.split(' ')
);
const WITHOUT_NOW = new Set(['use', 'wait', 'help']);

/** Read a cell; `current` is the default backend above it. */
export function parse(code: string, names: Names, current: string): ICell {
  const commands: IHeaderLine[] = [];
  let header: IHeaderLine | null = null;
  let foreign: IHeaderLine | null = null;
  let targets: readonly string[] = [];
  let newDefault: string | null = null;
  let parts: readonly IPart[] = [];
  let bodyStart = 0;
  let isRefused = false;
  for (let line = headerLine(code, 0); line; line = headerLine(code, bodyStart)) {
    const name = line.name.toLowerCase();
    if (names.isCommand(name)) {
      commands.push(line);
      const used = name === 'use' ? operands(line) : [];
      if (used.length > 0) {
        newDefault = names.find(used[0] ?? '');
        targets = newDefault === null ? [] : [newDefault];
        current = newDefault ?? current;
        isRefused ||= newDefault === null || used.length > 1;
      }
      isRefused ||= !isRightCommand(line, names);
    } else if (name === PARTS) {
      header = line;
      parts = partsIn(code, below(code, line), names);
      isRefused ||= !areRightParts(code, below(code, line), line, parts, names, current);
    } else if (names.isKnown(name)) {
      header = line;
      targets = targetsOf(line, names);
      isRefused ||= !isRightHeader(line, targets, names, current);
    } else {
      foreign = line;
      break;
    }
    bodyStart = below(code, line);
    if (header) {
      break;
    }
  }
  if (!header) {
    isRefused ||= foreign
      ? isBelowMagic(code, foreign, names)
      : isKnownName(indentedName(code, bodyStart), names);
    isRefused ||= commands.length > 0 && targets.length === 0 && !isNothing(code.slice(bodyStart));
  }
  isRefused ||= commands.some(isUrgent) && (targets.length > 0 || header !== null);
  isRefused ||= newDefault !== null && header !== null && isInBackground(header);
  return { code, commands, header, targets, newDefault, bodyStart, foreign, parts, isRefused };
}

/** All of Multi's lines in a cell, from the top. */
export function headerLines(cell: ICell): IHeaderLine[] {
  return [
    ...cell.commands,
    ...(cell.header ? [cell.header] : []),
    ...cell.parts.map(part => part.header)
  ];
}

function below(code: string, line: IHeaderLine): number {
  return Math.min(line.end + 1, code.length);
}

function operands(line: IHeaderLine): string[] {
  return line.words.filter(word => word !== NOW);
}

function isUrgent(line: IHeaderLine): boolean {
  return line.words.includes(NOW);
}

function isKnownName(name: string | null, names: Names): boolean {
  return name !== null && names.isKnown(name);
}

function isRightCommand(line: IHeaderLine, names: Names): boolean {
  const name = line.name.toLowerCase();
  const hasUnknown = line.words.some(
    word => word.startsWith('-') && (word !== NOW || WITHOUT_NOW.has(name))
  );
  return (
    !hasUnknown && (name !== 'wait' || operands(line).every(each => names.findAll(each).length > 0))
  );
}

function targetsOf(line: IHeaderLine, names: Names): string[] {
  return line.name
    .split(',')
    .filter(each => !names.isCommand(each))
    .flatMap(each => names.findAll(each));
}

function isRightHeader(
  line: IHeaderLine,
  targets: readonly string[],
  names: Names,
  current: string
): boolean {
  const listed = line.name.split(',');
  return (
    listed.every(each => !names.isCommand(each) && names.findAll(each).length > 0) &&
    new Set(targets).size === targets.length &&
    areRight(line, targets, names, current)
  );
}

function partsIn(code: string, start: number, names: Names): IPart[] {
  const lines = [...linesIn(code, start)].filter(line => names.isKnown(line.name));
  return lines.map((header, index) => {
    const end = lines[index + 1]?.start ?? code.length;
    return {
      header,
      targets: targetsOf(header, names),
      bodyStart: Math.min(header.end + 1, end),
      end
    };
  });
}

function areRightParts(
  code: string,
  start: number,
  line: IHeaderLine,
  parts: readonly IPart[],
  names: Names,
  current: string
): boolean {
  return (
    line.words.every(word => word === '--bg' || word === '&') &&
    isNothing(code.slice(start, parts[0]?.header.start ?? code.length)) &&
    parts.every(
      part =>
        part.header.name.toLowerCase() !== PARTS &&
        isRightHeader(part.header, part.targets, names, current)
    )
  );
}

/** Whether a magic that runs the code below it has a header line there. */
function isBelowMagic(code: string, magic: IHeaderLine, names: Names): boolean {
  let line: IHeaderLine | null = magic;
  while (line && RUN_CODE.has(line.name.toLowerCase())) {
    line = headerLine(code, Math.min(endOfLine(code, line.start) + 1, code.length));
    if (line && names.isKnown(line.name)) {
      return true;
    }
  }
  return false;
}
