/** The table of cases that pytest holds multikernel/core/cells to. */
import assert from 'node:assert';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { IVocabulary } from '../src/grammar/names';
import { describe } from './description';

interface ITable {
  readonly vocabulary: IVocabulary;
  readonly cases: readonly { readonly code: string; readonly cell: object }[];
}

const table = JSON.parse(readFileSync('../tests/labextension/cases.json', 'utf-8')) as ITable;

for (const { code, cell } of table.cases) {
  void test(JSON.stringify(code), () => {
    assert.deepStrictEqual(describe({ vocabulary: table.vocabulary, code }), cell);
  });
}
