/** A CodeMirror language for a cell: header lines, then bodies, each in the language of its backend. */
import {
  defineLanguageFacet,
  getIndentation,
  IndentContext,
  indentService,
  indentUnit,
  Language,
  languageDataProp,
  LanguageSupport,
  StreamLanguage
} from '@codemirror/language';
import { EditorState, Extension } from '@codemirror/state';
import {
  Input,
  NodeSet,
  NodeType,
  parseMixed,
  Parser,
  PartialParse,
  SyntaxNodeRef,
  Tree,
  TreeFragment
} from '@lezer/common';
import { styleTags, tags } from '@lezer/highlight';
import { IRegion } from '../grammar/regions';

/** A cell's text, divided; the supports are those of the backends' languages, null where there is none. */
export interface IDivision {
  regions(code: string): readonly IRegion[];
  support(backend: string): LanguageSupport | null;
}

const data = defineLanguageFacet({});
const [TOP, HEADER, COMMENT, BODY] = new NodeSet([
  NodeType.define({ id: 0, name: 'MultiCell', top: true, props: [[languageDataProp, data]] }),
  NodeType.define({ id: 1, name: 'MultiHeader' }),
  NodeType.define({ id: 2, name: 'MultiComment' }),
  NodeType.define({ id: 3, name: 'MultiBody' })
]).extend(styleTags({ MultiHeader: tags.meta, MultiComment: tags.lineComment })).types as [
  NodeType,
  NodeType,
  NodeType,
  NodeType
];
const TYPES = { header: HEADER, comment: COMMENT, body: BODY };

/** The outer tree of a cell, made in one step. */
class Division implements PartialParse {
  constructor(
    private readonly _regions: readonly IRegion[],
    private readonly _length: number
  ) {}

  stoppedAt: number | null = null;
  parsedPos = 0;

  advance(): Tree {
    const children = this._regions.map(
      ({ kind, from, to }) => new Tree(TYPES[kind], [], [], to - from)
    );
    this.parsedPos = this._length;
    return new Tree(
      TOP,
      children,
      this._regions.map(region => region.from),
      this._length
    );
  }

  stopAt(position: number): void {
    this.stoppedAt = position;
  }
}

class CellParser extends Parser {
  constructor(private readonly _division: IDivision) {
    super();
  }

  createParse(
    input: Input,
    fragments: readonly TreeFragment[],
    ranges: readonly { from: number; to: number }[]
  ): PartialParse {
    const regions = this._division.regions(input.read(0, input.length));
    // As overlays: @lezer/common 1.3 finds a tree that replaces a node at any position in its parent (JupyterLab 4.6).
    const nest = (
      node: SyntaxNodeRef
    ): { parser: Parser; overlay: { from: number; to: number }[] } | null => {
      const { from, to } = node;
      const body = node.type === BODY ? regions.find(region => region.from === from) : undefined;
      const parser = body?.backend
        ? this._division.support(body.backend)?.language.parser
        : undefined;
      return parser ? { parser, overlay: [{ from, to }] } : null;
    };
    return parseMixed(nest)(new Division(regions, input.length), input, fragments, ranges);
  }
}

/** The language of a cell, with what belongs to those of its bodies; `name` is for what styles and tests it. */
export function cellLanguage(
  name: string,
  division: IDivision,
  supports: readonly LanguageSupport[]
): Extension {
  const language = new Language(data, new CellParser(division), [indentation(division)], name);
  return new LanguageSupport(
    language,
    supports.map(support => support.support)
  );
}

/** The indent in a body of a legacy mode, which knows it from the text alone: it is asked about the body as a document. */
function indentation(division: IDivision): Extension {
  return indentService.of((context, position) => {
    const code = context.state.doc.toString();
    const body = division
      .regions(code)
      .find(region => region.from <= position && position <= region.to);
    const support = body?.backend ? division.support(body.backend) : null;
    if (!body || !(support?.language instanceof StreamLanguage)) {
      return undefined;
    }
    const state = EditorState.create({
      doc: code.slice(body.from, body.to),
      extensions: [support, indentUnit.of(context.state.facet(indentUnit))]
    });
    const broken = context.simulatedBreak;
    const options = broken === null ? {} : { simulateBreak: broken - body.from };
    return getIndentation(new IndentContext(state, options), position - body.from);
  });
}
