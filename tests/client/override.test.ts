import fc from 'fast-check';
import { expect, test } from 'vitest';
import { executionName } from '../../longhaul/client/identity.ts';
import { INLINE_LIMIT, jsonLength, mustSpill, OVERRIDE_LIMIT, overrideLength } from '../../longhaul/client/override.ts';

const job = 'csv-report';
const id = executionName(job, ['s3', 'bucket', 'key']);
const artifacts = `s3://${'b'.repeat(63)}/executions/${id}/`;

/** JSON as a sender that knows only ASCII writes it, which is the longest that it can become. */
const ascii = (value: unknown): string =>
  JSON.stringify(value).replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 9_000 }),
  fc.string({ unit: fc.constantFrom('"', '\\', '\n', '\u0000', 'é', '😀', '\ud800', 'a'), maxLength: 9_000 }),
  fc.integer({ min: 0, max: 12_000 }).map((length) => 'x'.repeat(length)),
);

test('a character counts as what it becomes in ASCII JSON, beyond ASCII as two of these', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const beyond = text.match(/[\u007f-\uffff]/g)?.length ?? 0;
      expect(jsonLength(text)).toBe(ascii(text).length - 2 + 6 * beyond);
    }),
  );
});

test('whatever an event holds, the overrides that carry it stay within what ECS accepts', () => {
  fc.assert(
    fc.property(anyText, (event) => {
      if (mustSpill({ job, id, artifacts, event })) return;
      const variables = {
        STP_TRIGGER_EVENT_DATA: event,
        STP_JOB_NAME: job,
        STP_EXECUTION_ID: id,
        STP_ARTIFACTS_URI: artifacts,
        STP_CURRENT_ATTEMPT: '10',
        STP_MAXIMUM_ATTEMPTS: '10',
        STP_INTERRUPTIONS: '100',
        STP_TIMEOUT_SECONDS: '2592000',
        STP_STOP_TIMEOUT_SECONDS: '120',
        // What Step Functions and Batch add, with names of the longest kind.
        MANAGED_BY_AWS: 'STARTED_BY_STEP_FUNCTIONS',
        AWS_STEP_FUNCTIONS_STARTED_BY_ID: 'm'.repeat(80),
        AWS_BATCH_JOB_ID: '8'.repeat(36),
        AWS_BATCH_JOB_ATTEMPT: '1',
        AWS_BATCH_JQ_NAME: 'q'.repeat(128),
        AWS_BATCH_CE_NAME: 'c'.repeat(128),
      };
      const environment = Object.entries(variables).map(([name, value]) => ({ name, value }));
      const overrides = { containerOverrides: [{ name: 'job', environment }] };
      expect(ascii(overrides).length).toBeLessThanOrEqual(OVERRIDE_LIMIT);
    }),
  );
});

test('an event goes through S3 when the overrides would pass the limit', () => {
  const room = INLINE_LIMIT - overrideLength({ job, id, artifacts, event: '' });
  expect(mustSpill({ job, id, artifacts, event: 'x'.repeat(room) })).toBe(false);
  expect(mustSpill({ job, id, artifacts, event: 'x'.repeat(room + 1) })).toBe(true);
  expect(mustSpill({ job, id, artifacts, event: '"'.repeat(Math.floor(room / 2) + 1) })).toBe(true);
  expect(mustSpill({ job, id, artifacts, event: 'é'.repeat(Math.floor(room / 12) + 1) })).toBe(true);
});
