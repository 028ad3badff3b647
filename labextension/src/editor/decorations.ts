/** What shows a header line as one: a band, its name, its options and its comment. */
import { RangeSetBuilder, Text } from '@codemirror/state';
import { Decoration, DecorationSet } from '@codemirror/view';
import { IHeaderLine } from '../grammar/lines';
import { headerLines, ICell } from '../grammar/parser';

const LINE = Decoration.line({ class: 'multi-HeaderLine' });
const NAME = Decoration.mark({ class: 'multi-HeaderName' });
const OPTION = Decoration.mark({ class: 'multi-HeaderOption' });
const COMMENT = Decoration.mark({ class: 'multi-HeaderComment' });

const WORD = /[^\s]+/g;

export function headerDecorations(cell: ICell, doc: Text): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  for (const line of headerLines(cell)) {
    decorate(builder, line, doc.sliceString(line.start, line.end));
  }
  return builder.finish();
}

function decorate(builder: RangeSetBuilder<Decoration>, line: IHeaderLine, text: string): void {
  const nameEnd = line.start + 2 + line.name.length;
  builder.add(line.start, line.start, LINE);
  builder.add(line.start, nameEnd, NAME);
  for (const word of text.slice(nameEnd - line.start).matchAll(WORD)) {
    const from = nameEnd + word.index;
    if (word[0].startsWith('#')) {
      builder.add(from, line.end, COMMENT);
      return;
    }
    if (word[0].startsWith('-') || word[0] === '&') {
      builder.add(from, from + word[0].length, OPTION);
    }
  }
}
