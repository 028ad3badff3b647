/** Changes of header lines: each is one replacement in the cell's text. */
import { COMMENT, endOfGap, IHeaderLine, wordsOf } from './lines';
import { PARTS } from './names';
import { ICell } from './parser';

export interface IEdit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** The header line that says where the body runs, at a position in cells of several parts. */
export function lineAt(cell: ICell, position: number): IHeaderLine | null {
  if (cell.header?.name.toLowerCase() !== PARTS) {
    return cell.header;
  }
  const above = cell.parts.filter(part => part.header.start <= position);
  return (above[above.length - 1] ?? cell.parts[0])?.header ?? null;
}

/** The options of a header line as typed, without its comment. */
export function optionsText(line: IHeaderLine | null): string {
  return line?.words.join(' ') ?? '';
}

/** Have the body run on another backend, with the same options or without. */
export function withBackend(
  cell: ICell,
  name: string,
  position: number,
  keepsOptions = true
): IEdit {
  const line = lineAt(cell, position);
  if (!line) {
    return insertion(cell, `%%${name}`);
  }
  const nameEnd = line.start + 2 + line.name.length;
  return {
    from: line.start,
    to: keepsOptions ? nameEnd : optionsEnd(cell.code, line),
    text: `%%${name}`
  };
}

/** Remove the header line; null where there is none that can be. */
export function withoutHeader(cell: ICell): IEdit | null {
  const { header, parts } = cell;
  return header && parts.length === 0
    ? { from: header.start, to: Math.min(header.end + 1, cell.code.length), text: '' }
    : null;
}

/** Copy a variable into the cell's backend before its body runs; `item` is `x`, or `backend:x`. */
export function withImport(
  cell: ICell,
  item: string,
  position: number,
  backend: string
): IEdit | null {
  const line = lineAt(cell, position);
  if (!line) {
    return insertion(cell, `%%${backend} -i ${item}`);
  }
  const text = cell.code.slice(line.start, optionsEnd(cell.code, line));
  const option = /(?:\s-i\s+|\s--input(?:\s+|=))(\S+)/.exec(text);
  if (!option) {
    const nameEnd = line.start + 2 + line.name.length;
    return { from: nameEnd, to: nameEnd, text: ` -i ${item}` };
  }
  if (option[1]?.split(',').includes(item)) {
    return null;
  }
  const at = line.start + option.index + option[0].length;
  return { from: at, to: at, text: `,${item}` };
}

/** Put a header line below commands, and below comments on top of the cell. */
function insertion(cell: ICell, line: string): IEdit {
  const { code, bodyStart } = cell;
  const gapEnd = endOfGap(code, bodyStart);
  const hasComment = code
    .slice(bodyStart, gapEnd)
    .split('\n')
    .some(each => COMMENT.test(each.trimStart()));
  const at = hasComment ? gapEnd : bodyStart;
  const isOnNewLine = at === 0 || code[at - 1] === '\n';
  return { from: at, to: at, text: isOnNewLine ? `${line}\n` : `\n${line}\n` };
}

/** The offset behind a header line's options. */
function optionsEnd(code: string, line: IHeaderLine): number {
  const nameEnd = line.start + 2 + line.name.length;
  const behind = code.slice(nameEnd, line.end);
  const comment = /(?:^|\s)#/.exec(behind);
  const options = comment ? behind.slice(0, comment.index) : behind;
  return nameEnd + (wordsOf(options).length > 0 ? options.trimEnd().length : 0);
}
