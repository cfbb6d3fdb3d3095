/** Run in a fresh process: loads a built handler, gives it events, and prints milliseconds as one line of JSON. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const [file = '', exported = '', eventFile = '', warmEvents = '0'] = process.argv.slice(2);
const event = JSON.parse(readFileSync(eventFile, 'utf8'));
const context = { functionName: 'bench', awsRequestId: 'bench', getRemainingTimeInMillis: () => 30_000 };
// What a handler logs is no part of what is measured.
process.stdout.write = (
  (write) => (text: string) =>
    text.startsWith('@') ? write(text.slice(1)) : true
)(process.stdout.write.bind(process.stdout)) as typeof process.stdout.write;

const begun = performance.now();
const { [exported]: handler } = file.endsWith('.mjs') ? await import(file) : createRequire(import.meta.url)(file);
const loaded = performance.now();
const answer = await handler(event, context);
const first = performance.now();
if (answer?.statusCode >= 400) throw new Error(`It answered ${answer.statusCode}: ${answer.body}`);

const count = Number(warmEvents);
// A batch starts an execution for each of its records.
const events =
  Array.isArray(event.Records) && !event.Records[0].dynamodb && !event.Records[0].kinesis ? event.Records.length : 1;
const timeOf = async () => {
  const before = performance.now();
  await handler(event, context);
  return performance.now() - before;
};
const times: number[] = [];
for (let event = 0; event < count; event++) times.push(await timeOf());
times.sort((a, b) => a - b);
process.stdout.write(
  `@${JSON.stringify({ init: loaded - begun, first: first - begun, warm: (times[Math.floor(count / 2)] ?? 0) / events })}\n`,
);
process.exit(0);
