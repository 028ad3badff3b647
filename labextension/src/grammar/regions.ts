/** What each stretch of a cell's text is: a header line, a comment or blank line above one, or a body. */
import { IHeaderLine } from './lines';
import { ICell } from './parser';

export interface IRegion {
  readonly from: number;
  readonly to: number;
  readonly kind: 'header' | 'comment' | 'body';
  /** Of a body. */
  readonly backend: string | null;
}

/** All regions of a cell, in order and without gaps; `current` is the default backend above it. */
export function regionsOf(cell: ICell, current: string): IRegion[] {
  const regions: IRegion[] = [];
  let at = 0;
  const add = (to: number, kind: IRegion['kind'], backend: string | null = null): void => {
    if (to > at) {
      regions.push({ from: at, to, kind, backend });
      at = to;
    }
  };
  const addHeader = (line: IHeaderLine): void => {
    add(line.start, 'comment');
    add(Math.min(line.end + 1, cell.code.length), 'header');
  };
  [...cell.commands, ...(cell.header ? [cell.header] : [])].forEach(addHeader);
  for (const part of cell.parts) {
    addHeader(part.header);
    add(part.end, 'body', part.targets[0] ?? null);
  }
  add(
    cell.code.length,
    cell.header && isParts(cell) ? 'comment' : 'body',
    cell.targets[0] ?? backendOf(cell, current)
  );
  return regions;
}

function isParts(cell: ICell): boolean {
  return cell.header?.name.toLowerCase() === 'parts';
}

function backendOf(cell: ICell, current: string): string | null {
  return cell.header ? null : current;
}
