import { expect, test } from 'vitest';
import { evaluate, failure, output, start } from './world.ts';

// transforming-data.html, "JSONata functions provided by Step Functions".

test('$partition cuts a list into chunks, the last one may be shorter', async () => {
  expect(await evaluate('$partition([1,2,3,4,5], 2)')).toEqual([[1, 2], [3, 4], [5]]);
  expect(await evaluate('$partition([1,2,3], 3.9)')).toEqual([[1, 2, 3]]);
  expect(await failure('$partition([1,2,3], 0)')).toMatchObject({ error: 'States.QueryEvaluationError' });
  expect(await failure('$partition([1,2,3], -1)')).toMatchObject({ error: 'States.QueryEvaluationError' });
});

test('$range counts from the first to the last number by the step, either way', async () => {
  expect(await evaluate('$range(0, 10, 2)')).toEqual([0, 2, 4, 6, 8, 10]);
  expect(await evaluate('$range(10, 0, -5)')).toEqual([10, 5, 0]);
  expect(await evaluate('$range(1, 9, 3)')).toEqual([1, 4, 7]);
  expect(await evaluate('$range(-1.7, 2, 1)')).toEqual([-1, 0, 1, 2]);
  // One number is no list (recorded: localstack/localstack, TestArrayJSONata, test_array_range).
  expect(await evaluate('$range(1, 9, 9)')).toBe(1);
  expect(await evaluate('$range(1, 9, 9)[]')).toEqual([1]);
  expect(await failure('$range(1, 5, 0)')).toMatchObject({ error: 'States.QueryEvaluationError' });
  expect((await failure('$range(1, 1000000000, 1)')).cause).toContain('Expression evaluation memory limit exceeded');
});

test('$hash knows five algorithms by exactly these names', async () => {
  expect(await evaluate("$hash('Hello', 'MD5')")).toBe('8b1a9953c4611296a827abf8c47804d7');
  expect(await evaluate("$hash('Hello', 'SHA-1')")).toBe('f7ff9e8b7bb2e09b70935a5d785e0cc5d9d0abf0');
  expect(await evaluate("$hash('Hello', 'SHA-256')")).toBe(
    '185f8db32271fe25f561a6fc938b2e264306ec304eda518007d1764826381969',
  );
  expect(await evaluate("$length($hash('Hello', 'SHA-384')) & ' ' & $length($hash('Hello', 'SHA-512'))")).toBe(
    '96 128',
  );
  expect(await evaluate("$hash('ñ', 'MD5')")).toBe('94e9342ecbb1458b6043ecd3bfcbc192');
  for (const algorithm of ['md5', 'SHA-224', 'constructor']) {
    expect(await failure(`$hash('Hello', '${algorithm}')`)).toMatchObject({ error: 'States.QueryEvaluationError' });
  }
});

test('$random gives a number below 1; the same one for the same seed', async () => {
  expect(await evaluate('$random()')).toBe(0.5);
  // The numbers that Step Functions itself gives for these seeds.
  expect(await evaluate('[$random(42), $random(0), $random(7)]')).toEqual([
    0.7275636800328681, 0.730967787376657, 0.7306990420600421,
  ]);
  expect(await evaluate('$random(0.9) = $random(0)')).toBe(true);
});

test('$uuid gives a new UUID of version 4 each time', async () => {
  const uuids = await evaluate('[$uuid(), $uuid()]');
  expect(uuids).toEqual([expect.stringMatching(v4), expect.stringMatching(v4)]);
  expect(new Set(uuids as string[]).size).toBe(2);
});
const v4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test('$parse reads JSON and nothing else', async () => {
  expect(await evaluate('$parse($states.input.text).a[1]', { text: '{"a":[1,{"b":2}]}' })).toEqual({ b: 2 });
  expect(await evaluate('$map(["1", "null"], $parse)')).toEqual([1, null]);
  expect(await failure("$parse('1 + 1')")).toMatchObject({
    error: 'States.QueryEvaluationError',
    cause: expect.stringContaining('D3137: Invalid JSON'),
  });
  expect(await failure('$parse(5)')).toMatchObject({ cause: expect.stringContaining('T0410') });
});

test('$eval is not there', async () => {
  expect(await failure("$eval('1 + 1')")).toMatchObject({
    error: 'States.QueryEvaluationError',
    cause: expect.stringContaining('T1006: Attempted to invoke a non-function'),
  });
});

test('$now and $millis tell the time of the clock', async () => {
  const machine = {
    StartAt: 'Wait',
    States: {
      Wait: { Type: 'Wait', Seconds: 60, Next: 'Look' },
      Look: {
        Type: 'Pass',
        Output: ['{% $millis() %}', '{% $now() %}', "{% $now('[H01]:[m01]', '+0100') %}"],
        End: true,
      },
    },
  };
  expect(await output(machine)).toEqual([start + 60_000, '2026-01-02T03:05:05.600Z', '04:05']);
});

test('a wrong number of arguments is an error', async () => {
  for (const call of ['$uuid(1)', '$random(1, 2)', '$range(1)', "$hash('a', 'MD5', 1)", "$parse('1', 2)"]) {
    expect((await failure(call)).cause).toContain('T0410');
  }
});
