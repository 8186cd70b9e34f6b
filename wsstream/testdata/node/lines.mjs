// What the test that started this program reads and writes: lines.
import { createInterface } from 'node:readline';

const input = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

// say prints a value as a line of JSON.
export function say(value) {
  process.stdout.write(JSON.stringify(value) + '\n');
}

// told waits for a line from the test. It is false when the test has closed the input.
export async function told() {
  return !(await input.next()).done;
}
