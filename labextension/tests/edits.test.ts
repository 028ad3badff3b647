import assert from 'node:assert';
import { test } from 'node:test';
import { IEdit, withBackend, withImport, withoutHeader } from '../src/grammar/edits';
import { COMMANDS, Names } from '../src/grammar/names';
import { ICell, parse } from '../src/grammar/parser';

const names = new Names({
  backends: ['python', 'r', 'bash'].map(name => ({
    name,
    aliases: [],
    language: name,
    group: null
  })),
  configured: 'python',
  commands: COMMANDS
});

function check(code: string, edit: (cell: ICell) => IEdit | null, expected: string): void {
  void test(`${JSON.stringify(code)} -> ${JSON.stringify(expected)}`, () => {
    const { from, to, text } = edit(parse(code, names, 'python')) ?? { from: 0, to: 0, text: '' };
    assert.strictEqual(code.slice(0, from) + text + code.slice(to), expected);
  });
}

const toR = (cell: ICell): IEdit => withBackend(cell, 'r', 0);
check('', toR, '%%r\n');
check('x', toR, '%%r\nx');
check('\nx', toR, '%%r\n\nx');
check('%%python\nx', toR, '%%r\nx');
check('%%bash -i x # why', toR, '%%r -i x # why');
check('%%restart r', toR, '%%restart r\n%%r\n');
check('%%restart r\nx', toR, '%%restart r\n%%r\nx');
check('#| echo: false\nx', toR, '#| echo: false\n%%r\nx');
check('%%time\nx', toR, '%%r\n%%time\nx');
check('%%bash -i x --bg  # why\nx', cell => withBackend(cell, 'r', 0, false), '%%r  # why\nx');
check('%%bash -i x\nx', cell => withBackend(cell, 'r', 0, false), '%%r\nx');
check('%%bash # why\nx', cell => withBackend(cell, 'r', 0, false), '%%r # why\nx');

const parts = '%%parts\n%%python\n1\n%%bash\nls';
check(parts, toR, '%%parts\n%%r\n1\n%%bash\nls');
check(parts, cell => withBackend(cell, 'r', parts.length, true), '%%parts\n%%python\n1\n%%r\nls');

check('%%r\nx', withoutHeader, 'x');
check('%%r', withoutHeader, '');
check('# why\n%%restart r\n%%r\nx', withoutHeader, '# why\n%%restart r\nx');
check(parts, withoutHeader, parts);
check('x', withoutHeader, 'x');

const importX = (cell: ICell): IEdit | null => withImport(cell, 'x', 0, 'r');
check('y', importX, '%%r -i x\ny');
check('%%r\ny', importX, '%%r -i x\ny');
check('%%r -o y # -i z\ny', importX, '%%r -i x -o y # -i z\ny');
check('%%r -i y -o z\n', importX, '%%r -i y,x -o z\n');
check('%%r --input=y\n', importX, '%%r --input=y,x\n');
check('%%r -i y,x\n', importX, '%%r -i y,x\n');
