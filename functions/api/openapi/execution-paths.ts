import { MOST_EXECUTIONS, MOST_LINES, STATUSES } from '../../http/query.ts';
import { answer, location, refusals } from './responses.ts';

const id = { name: 'id', in: 'path', required: true, schema: { $ref: '#/components/schemas/Id' } };
const cursor = {
  name: 'cursor',
  in: 'query',
  description: 'Of the answer before: goes on behind it.',
  schema: { type: 'string' },
};
const limit = (most: number, usual: number) => ({
  name: 'limit',
  in: 'query',
  schema: { type: 'integer', minimum: 1, maximum: most, default: usual },
});

/** Looking at executions, and steering them. */
export const executionPaths = {
  '/executions': {
    get: {
      operationId: 'listExecutions',
      summary: 'Executions, the newest first',
      description: 'As long as there is a `cursor` there may be more, also after a page with few executions or none.',
      parameters: [
        { name: 'job', in: 'query', schema: { type: 'string', minLength: 1 } },
        { name: 'status', in: 'query', schema: { enum: STATUSES } },
        limit(MOST_EXECUTIONS, 20),
        cursor,
      ],
      responses: { 200: answer('Executions', 'A page.'), ...refusals(400, 403) },
    },
  },
  '/executions/{id}': {
    parameters: [id],
    get: {
      operationId: 'getExecution',
      summary: 'Status, attempts, container, progress, result or reason, and where the log is',
      responses: { 200: answer('Execution', 'The execution.'), ...refusals(400, 403, 404) },
    },
    delete: {
      operationId: 'stopExecution',
      summary: 'Stops it: its container has its stop timeout to save a checkpoint',
      parameters: [
        {
          name: 'reason',
          in: 'query',
          description: 'Shown with the execution.',
          schema: { type: 'string', minLength: 1, maxLength: 1024 },
        },
      ],
      responses: { 204: { description: 'It has ended, now or before.' }, ...refusals(400, 403, 404) },
    },
  },
  '/executions/{id}/logs': {
    parameters: [id],
    get: {
      operationId: 'getLogs',
      summary: 'The log of all its containers, the oldest lines first',
      description: 'To follow it, ask again with the `cursor` of each answer, until it is `complete`.',
      parameters: [limit(MOST_LINES, 1000), cursor],
      responses: { 200: answer('Log', 'A page.'), ...refusals(400, 403, 404) },
    },
  },
  '/executions/{id}/resume': {
    parameters: [id],
    post: {
      operationId: 'resumeExecution',
      summary: 'Continues it from its checkpoint, as a new execution',
      description:
        'It must have ended without success. While its container is still stopping the answer is 409 with `retryable: true`.',
      responses: { 202: answer('Resumed', 'Resumed.', location), ...refusals(400, 403, 404, 409) },
    },
  },
};
