import { answer, idempotencyKey, location, refusals } from './responses.ts';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** Routes on which any request starts a job, which gets the request as it came. */
export function hookPaths(webhooks: readonly string[]): Record<string, object> {
  const senders = webhooks.filter((sender) => sender === 'stripe' || sender === 'github');
  return {
    '/hooks/{path}': {
      parameters: [
        {
          name: 'path',
          in: 'path',
          required: true,
          description: 'Any path, also one with more slashes.',
          schema: { type: 'string' },
        },
        idempotencyKey,
      ],
      ...Object.fromEntries(METHODS.map((method) => [method, hook(method)])),
    },
    ...Object.fromEntries(senders.map((sender) => [`/webhooks/${sender}`, { post: webhook(sender) }])),
  };
}

const body = { content: { '*/*': { schema: {} } } };

const hook = (method: (typeof METHODS)[number]) => ({
  operationId: `${method}Hook`,
  summary: 'Starts a job with the request itself as its event',
  ...(method !== 'get' && method !== 'delete' && { requestBody: body }),
  responses: { 202: answer('Started', 'Started.', location), ...refusals(400, 403, 409, 413, 422) },
});

const webhook = (sender: string) => ({
  operationId: `webhook-${sender}`,
  summary: `Starts a job with a webhook of ${sender === 'stripe' ? 'Stripe' : 'GitHub'}`,
  security: [{ [sender]: [] }],
  requestBody: { ...body, required: true },
  responses: { 202: answer('Started', 'Started.', location), ...refusals(400, 401, 413, 422) },
});
