import { STATUSES } from '../../http/query.ts';

const text = { type: 'string' };
const time = { type: 'string', format: 'date-time' };
const count = { type: 'integer', minimum: 0 };
const id = { $ref: '#/components/schemas/Id' };
const status = { enum: STATUSES };
const object = (properties: Record<string, object>, required: string[], more: object = {}) => ({
  type: 'object',
  required,
  properties,
  ...more,
});
const log = object({ group: text, stream: text }, ['group', 'stream']);

/** What answers hold. Members may be added in time; none is taken away. */
export const schemas = {
  Id: { type: 'string', minLength: 1, maxLength: 80, examples: ['hello-world-2c26b46b68ffc68ff99b453c1d304134'] },

  Jobs: object(
    {
      jobs: {
        type: 'array',
        items: object(
          {
            name: text,
            input: { type: ['object', 'boolean'], description: 'JSON Schema.' },
            after: {
              type: 'string',
              description: 'The job whose success starts this one, with its result for an event.',
            },
          },
          ['name', 'input'],
        ),
      },
    },
    ['jobs'],
  ),

  Started: object(
    {
      id,
      job: text,
      href: text,
      started: { type: 'boolean', description: 'With `onDuplicate`: false when it had been started before.' },
    },
    ['id', 'href'],
  ),

  Resumed: object(
    { id, href: text, started: { type: 'boolean', description: 'False when it had been resumed before.' } },
    ['id', 'href', 'started'],
  ),

  Executions: object(
    {
      executions: {
        type: 'array',
        items: object({ id, job: text, status, startedAt: time, stoppedAt: time }, [
          'id',
          'job',
          'status',
          'startedAt',
        ]),
      },
      cursor: { type: 'string', description: 'Of the next page; absent on the last one.' },
    },
    ['executions'],
  ),

  Execution: object(
    {
      id,
      job: text,
      status,
      source: { type: 'string', description: 'What started it: http, s3, schedule, …' },
      tags: { type: 'object', additionalProperties: text },
      resumes: { ...id, description: 'The execution on whose artifacts it continues.' },
      resumedAs: { ...id, description: 'The execution that continues it.' },
      startedAt: time,
      stoppedAt: time,
      attempt: count,
      maxAttempts: count,
      interruptions: { ...count, description: 'How often the capacity was taken away.' },
      capacity: { enum: ['spot', 'onDemand'] },
      capacityReason: { type: 'string', description: 'Why it runs on demand where its job asks for Spot.' },
      container: object(
        {
          backend: { enum: ['batch', 'ecs'] },
          id: text,
          status: text,
          waitingFor: text,
          instance: text,
          exitCode: { type: 'integer' },
          reason: text,
          createdAt: time,
          startedAt: time,
          stoppedAt: time,
        },
        ['backend', 'id', 'status'],
        { description: 'The newest container, as Batch or ECS describe it.' },
      ),
      waitingFor: { type: 'string', description: 'Why no container runs yet.' },
      progress: { description: 'What the job last said of itself.' },
      result: { description: 'What the job delivered, up to a megabyte.' },
      resultTooLarge: { const: true, description: 'The result is larger: it is `result.json` among the artifacts.' },
      error: { type: 'string', examples: ['Job.Failed', 'Job.Rejected', 'Job.TimedOut', 'Job.Stopped'] },
      reason: text,
      cause: { description: 'All that is known of a failure.' },
      artifacts: { type: 'string', format: 'uri' },
      log,
    },
    ['id', 'status', 'startedAt', 'attempt', 'interruptions', 'artifacts'],
  ),

  Log: object(
    {
      lines: {
        type: 'array',
        items: object(
          {
            at: time,
            message: text,
            launch: { type: 'integer', minimum: 1, description: 'Which of its containers wrote it.' },
          },
          ['at', 'message', 'launch'],
        ),
      },
      cursor: { type: 'string', description: 'Where the next page begins.' },
      complete: { type: 'boolean', description: 'Nothing can come any more.' },
    },
    ['lines', 'cursor', 'complete'],
  ),

  Problem: object(
    {
      title: text,
      status: { type: 'integer' },
      detail: { type: 'string', description: 'What was wrong, and what is accepted.' },
      errors: {
        type: 'array',
        description: 'Each thing that the schema of an input refuses.',
        items: object({ path: { type: 'string', description: 'JSON Pointer.' }, detail: text }, ['path', 'detail']),
      },
      retryable: { type: 'boolean', description: 'The same request will do a little later.' },
      id,
    },
    ['title', 'status', 'detail'],
  ),

  GatewayMessage: object({ message: text }, ['message']),
};
