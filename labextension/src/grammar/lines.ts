/**
 * Lines of a cell: which have the form of a header line, and which may stand above one.
 *
 * The same as multikernel/core/cells/lines.py. Offsets are UTF-16 code units, as CodeMirror counts.
 */

/** What Python's `\s` matches, without the line feed. */
const SPACE =
  '\\t\\v\\f\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const NAME = '[A-Za-z0-9][A-Za-z0-9_.+#-]*';
const TARGET = `${NAME}(?:\\[[0-9]+\\])?`;
const TARGETS = `${TARGET}(?:,${TARGET})*,?`;

const HEADER_LINE = new RegExp(`%%(${TARGETS})([${SPACE}][^\\n]*)?(?=\\n|$)`, 'y');
const INDENTED_HEADER_LINE = new RegExp(
  `[${SPACE}]+%%(${TARGETS})(?:[${SPACE}][^\\n]*)?(?=\\n|$)`,
  'y'
);
const GAP = new RegExp(`(?:[${SPACE}]*(?:(?:#|//|--|;;)[^\\n]*)?\\n)*`, 'y');
const SPACES = new RegExp(`[${SPACE}\\n]+`);
const AROUND = new RegExp(`^[${SPACE}]+|[${SPACE}]+$`, 'g');
const WHOLE_NAME = new RegExp(`^${NAME}$`);
const WHOLE_TARGET = new RegExp(`^${TARGET}$`);
/** What begins a comment in one language or another. */
export const COMMENT = /^(?:#|\/\/|--|;;)/;

export const NOW = '--now';

/** One `%%name arguments` line. */
export interface IHeaderLine {
  /** One name, or several with commas between them. */
  readonly name: string;
  /** Its words, up to one that begins with `#`. */
  readonly words: readonly string[];
  /** Offset of its `%%`. */
  readonly start: number;
  /** Offset of its line end. */
  readonly end: number;
}

/** What has the form of a header line at `start`, blank lines and comments skipped. */
export function headerLine(code: string, start: number): IHeaderLine | null {
  return headerLineAt(code, endOfGap(code, start));
}

/** Every line from `start` on that has the form of a header line; `start` is the beginning of a line. */
export function* linesIn(code: string, start: number): Generator<IHeaderLine> {
  for (let at = start; at < code.length; at = endOfLine(code, at) + 1) {
    const line = headerLineAt(code, at);
    if (line) {
      yield line;
    }
  }
}

/** The name in a header line with an indent, blank lines and comments skipped. */
export function indentedName(code: string, start: number): string | null {
  return matchAt(INDENTED_HEADER_LINE, code, endOfGap(code, start))?.[1] ?? null;
}

/** Offset below blank lines and comments. */
export function endOfGap(code: string, start: number): number {
  return start + (matchAt(GAP, code, start)?.[0].length ?? 0);
}

/** Offset of the end of the line at `position`. */
export function endOfLine(code: string, position: number): number {
  const end = code.indexOf('\n', position);
  return end < 0 ? code.length : end;
}

/** Whether a text is blank but for comments, in any language. */
export function isNothing(text: string): boolean {
  return text.split('\n').every(line => {
    const stripped = line.replace(AROUND, '');
    return !stripped || COMMENT.test(stripped);
  });
}

/** Whether a backend, an alias or a language of this name can be typed. */
export function isName(text: string): boolean {
  return WHOLE_NAME.test(text);
}

/** Whether a header line can name one backend so: `worker`, or `worker[2]`. */
export function isTarget(text: string): boolean {
  return WHOLE_TARGET.test(text);
}

export function wordsOf(text: string): string[] {
  return text.split(SPACES).filter(Boolean);
}

function headerLineAt(code: string, start: number): IHeaderLine | null {
  const match = matchAt(HEADER_LINE, code, start);
  if (!match?.[1]) {
    return null;
  }
  const words = wordsOf(match[2] ?? '');
  const comment = words.findIndex(word => word.startsWith('#'));
  return {
    name: match[1],
    words: comment < 0 ? words : words.slice(0, comment),
    start,
    end: start + match[0].length
  };
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
