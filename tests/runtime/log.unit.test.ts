import { expect, it } from 'vitest';
import { createLog, describeError } from '../../longhaul/runtime/log.ts';

it.each([
  ['an error in place of the message', [new TypeError('lost')], { message: 'lost', error: { name: 'TypeError' } }],
  ['an error in place of the fields', ['x', new TypeError('lost')], { message: 'x', error: { message: 'lost' } }],
  ['an error whose message is none', ['x', { error: Object.assign(new Error(), { message: 5n }) }], { message: 'x' }],
  ['a message that is no text', [1n], { message: '1n' }],
  ['fields that are null', ['x', null], { message: 'x' }],
  ['a text in place of the fields', ['x', 'y'], { message: 'x', value: 'y' }],
  ['fields that JSON does not have', ['x', { n: 1n }], { n: '1n' }],
  ['a field with the name of what every line has', ['x', { message: 'y', job: 'z' }], { message: 'x', job: 'test' }],
])('the log takes %s', (_, given, expected) => {
  const lines: string[] = [];
  // As JavaScript may call it, or a `catch`, where no type stands in the way.
  createLog({ job: 'test' }, (_level, line) => lines.push(line)).info(...(given as [string]));
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0]!)).toMatchObject({ level: 'INFO', job: 'test', ...expected });
});

it.each([
  [
    'a connection that every address refuses',
    new AggregateError([new Error('connect ECONNREFUSED ::1')]),
    'connect ECONNREFUSED ::1',
  ],
  ['a code', Object.assign(new Error(), { code: 'EPIPE' }), 'EPIPE'],
  ['nothing but a class', new TypeError(), 'TypeError'],
  ['no error', { a: 1 }, '{ a: 1 }'],
])('an error of %s has a message', (_, error, message) => {
  expect(describeError(error).message).toBe(message);
});
