/** Answers a question a line of stdin with a description a line of stdout, for tests that generate texts. */
import { createInterface } from 'node:readline';
import { describe, IQuestion } from './description';

createInterface({ input: process.stdin }).on('line', line => {
  process.stdout.write(`${JSON.stringify(describe(JSON.parse(line) as IQuestion))}\n`);
});
