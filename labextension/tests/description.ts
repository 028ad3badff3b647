/** What both grammars are compared by: the parts of a cell, as texts. */
import { IHeaderLine } from '../src/grammar/lines';
import { IVocabulary, Names } from '../src/grammar/names';
import { parse } from '../src/grammar/parser';

export interface IQuestion {
  readonly vocabulary: IVocabulary;
  readonly code: string;
}

export function describe({ vocabulary, code }: IQuestion): object {
  const textOf = (line: IHeaderLine | null): string | null =>
    line && code.slice(line.start, line.end);
  const cell = parse(code, new Names(vocabulary), vocabulary.configured);
  if (cell.isRefused) {
    return { refused: true };
  }
  return {
    commands: cell.commands.map(textOf),
    header: textOf(cell.header),
    targets: cell.targets,
    use: cell.newDefault,
    body: code.slice(cell.bodyStart),
    foreign: textOf(cell.foreign),
    parts: cell.parts.map(part => ({
      header: textOf(part.header),
      targets: part.targets,
      body: code.slice(part.bodyStart, part.end)
    }))
  };
}
