import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { defineJob } from 'longhaul';
import { implementJob, type LinePosition, type Log, ObjectReplacedError, PermanentJobError } from 'longhaul/runtime';
import { testJob } from 'longhaul/testing';
import { describe, expect, test } from 'vitest';
import { type ObjectSource, readLines } from '../../longhaul/runtime/reading/index.ts';

const log: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** An object whose bytes arrive in pieces of these lengths, and then of one byte. */
function sourceOf(body: Buffer, pieces: number[] = []): ObjectSource {
  return {
    async open(_address, position) {
      const rest = body.subarray(position?.offset ?? 0);
      const chunks: Buffer[] = [];
      for (let at = 0; at < rest.length; at += chunks.at(-1)!.length) {
        chunks.push(rest.subarray(at, at + (pieces[chunks.length] ?? 1)));
      }
      return { identity: { eTag: '"e"', size: body.length }, body: Readable.from(chunks) };
    },
    close() {},
  };
}

async function read(source: ObjectSource, position?: LinePosition, longestLine?: number) {
  const signal = new AbortController().signal;
  const lines = await readLines(
    's3://bucket/a',
    { position, ...(longestLine && { longestLine }) },
    { source, signal, log },
  );
  const found: { line: string; position: LinePosition }[] = [];
  for await (const line of lines) found.push({ line, position: JSON.parse(JSON.stringify(lines.position)) });
  return found;
}
const textOf = async (body: Buffer, pieces?: number[]) => (await read(sourceOf(body, pieces))).map(({ line }) => line);

describe('the lines of an object', () => {
  test.each([
    ['', []],
    ['\n', ['']],
    ['a', ['a']],
    ['a\n', ['a']],
    ['a\r\nb\n\nc', ['a', 'b', '', 'c']],
    ['a\rb\r\n\r\nc\r', ['a\rb', '', 'c\r']],
    ['\ufeffa\n\ufeffb', ['a', '\ufeffb']],
    ['ä€😀\n', ['ä€😀']],
  ])('%j are %j', async (text, lines) => {
    expect(await textOf(Buffer.from(text), [1000])).toEqual(lines);
    expect(await textOf(gzipSync(text), [1000])).toEqual(lines);
    expect(await textOf(Buffer.from(text))).toEqual(lines);
  });

  test('are the same however the bytes arrive, and wherever the reading is continued, compressed or not', async () => {
    const texts = fc.array(fc.constantFrom('a', 'ä', '😀', '\r', '\n', '\r\n', '\ufeff', 'word '), { maxLength: 40 });
    const pieces = fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(texts, pieces, fc.boolean(), async (parts, lengths, isCompressed) => {
        const text = Buffer.from(parts.join(''));
        const body = isCompressed ? gzipSync(text) : text;
        const whole = await read(sourceOf(body, [10_000]));
        expect(await read(sourceOf(body, lengths))).toEqual(whole);
        for (const [index, { position }] of whole.entries()) {
          expect(await read(sourceOf(body, lengths), position)).toEqual(whole.slice(index + 1));
        }
      }),
      { numRuns: 60 },
    );
  });

  test('come from all members of a gzip file', async () => {
    expect(await textOf(Buffer.concat([gzipSync('a\nb'), gzipSync('c\nd')]), [10_000])).toEqual(['a', 'bc', 'd']);
  });

  test('a gzip file that is cut off or damaged rejects the job', async () => {
    const body = gzipSync('a line\n'.repeat(1000));
    const message = 's3://bucket/a is not complete gzip';
    await expect(read(sourceOf(body.subarray(0, -20), [10_000]))).rejects.toThrow(message);
    const damaged = Buffer.from(body).fill(0xff, 20, 40);
    await expect(read(sourceOf(damaged, [10_000]))).rejects.toThrow(PermanentJobError);
  });

  test('a line that is too long rejects the job before it fills the memory', async () => {
    const reading = read(sourceOf(Buffer.from(`short\n${'x'.repeat(5000)}`), [6, 1000, 1000, 1000]), undefined, 1500);
    await expect(reading).rejects.toThrow('s3://bucket/a has a line of more than 1500 bytes, from byte 6 on.');
  });
});

describe('a job that reads lines', () => {
  const countWords = implementJob(
    defineJob({ name: 'count-words' }),
    async ({ input, checkpoint, progress, readLines }) => {
      const saved = await checkpoint.load<{ words: number; position: LinePosition }>();
      let words = saved?.words ?? 0;
      const lines = await readLines(input as string, { position: saved?.position });
      for await (const line of lines) {
        words += line.split(' ').length;
        checkpoint.set(() => ({ words, position: lines.position }));
        progress(lines.bytesRead, lines.object.size);
      }
      return { words };
    },
  );
  const text = Array.from({ length: 5000 }, (_, index) => 'word '.repeat(index % 7)).join('\n');
  const words = text.split(/[ \n]/).length;
  const input = 's3://uploads/words.txt';

  test.each([
    ['text', Buffer.from(text)],
    ['gzip', gzipSync(text)],
  ])('counts each word once when it is interrupted five times, in %s', async (_kind, body) => {
    const objects = { [input]: body };
    const run = await testJob(countWords, { input, objects, interruptAfter: 900, maxInterruptions: 5 });
    expect(run).toMatchObject({ outcome: 'done', starts: 6, result: { words } });
    expect(run.progress.at(-1)).toMatchObject({ done: body.length, total: body.length });
  });

  test('finishes the line that it is at when it is interrupted', async () => {
    const run = await testJob(countWords, { input, objects: { [input]: 'one two\nthree\n' }, interruptAfter: 1 });
    expect(run.checkpoints).toMatchObject([
      { words: 2, position: { offset: 8 } },
      { words: 3, position: { offset: 14 } },
    ]);
  });

  test('is told when the object was replaced since its checkpoint, or is not there', async () => {
    const position = { eTag: '"old"', size: 10, offset: 5 };
    const replaced = { input, objects: { [input]: text }, checkpoint: { words: 1, position } };
    expect((await testJob(countWords, replaced)).error).toBeInstanceOf(ObjectReplacedError);
    const missing = await testJob(countWords, { input, objects: { 's3://uploads/other.txt': '' } });
    expect(missing).toMatchObject({
      outcome: 'rejected',
      error: { message: expect.stringContaining('s3://uploads/other.txt') },
    });
  });

  test('is told at once when its input names no object', async () => {
    const run = await testJob(countWords, { input: 'words.txt' });
    const message = 'An object is { bucket, key } or s3://bucket/key, not "words.txt"';
    expect(run).toMatchObject({ outcome: 'rejected', error: { message } });
  });
});
