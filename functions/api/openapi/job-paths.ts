import { answer, idempotencyKey, location, refusals } from './responses.ts';

/** Listing jobs, and starting each one; and this description itself. */
export function jobPaths(jobs: readonly string[]): Record<string, object> {
  return {
    '/openapi.json': {
      get: {
        operationId: 'getOpenApi',
        summary: 'This description',
        responses: {
          200: {
            description: 'OpenAPI 3.1.',
            content: { 'application/vnd.oai.openapi+json;version=3.1': { schema: { type: 'object' } } },
          },
          ...refusals(403),
        },
      },
    },
    '/jobs': {
      get: {
        operationId: 'listJobs',
        summary: 'The jobs that are deployed, with JSON Schema of their input',
        responses: { 200: answer('Jobs', 'The jobs.'), ...refusals(403) },
      },
    },
    ...Object.fromEntries(jobs.map((job) => [`/jobs/${job}`, { post: run(job) }])),
  };
}

const run = (job: string) => ({
  operationId: `run-${job}`,
  summary: `Starts ${job}`,
  description: 'The body is the input, and arrives in the container as it was sent.',
  parameters: [
    idempotencyKey,
    {
      name: 'startAt',
      in: 'query',
      description: 'Do not start before; at most 330 days ahead.',
      schema: { type: 'string', format: 'date-time' },
      example: '2026-12-24T08:00:00Z',
    },
    {
      name: 'onDuplicate',
      in: 'query',
      description:
        '`return`: an event that has started before is answered with its execution, whatever the body is; `reject`: it is refused (409).',
      schema: { enum: ['return', 'reject'] },
    },
    {
      name: 'tags',
      in: 'query',
      description: 'Tags for the Batch job or ECS task: `tag.team=sales`.',
      style: 'form',
      explode: true,
      schema: {
        type: 'object',
        patternProperties: { '^tag\\..+': { type: 'string' } },
        additionalProperties: false,
      },
    },
  ],
  requestBody: {
    required: true,
    content: { 'application/json': { schema: { $ref: `#/components/schemas/input.${job}` } } },
  },
  responses: { 202: answer('Started', 'Started.', location), ...refusals(400, 403, 409, 413, 415, 422) },
});
