const problem = (description: string, headers?: object) => ({
  description,
  ...(headers && { headers }),
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
});
/** What API Gateway answers itself, before a function is asked. */
const gateway = (description: string) => ({
  description,
  content: { 'application/json': { schema: { $ref: '#/components/schemas/GatewayMessage' } } },
});
const retryAfter = {
  'Retry-After': { description: 'Seconds after which to ask again.', schema: { type: 'integer' } },
};

/** Every answer that is no success, by the name that paths refer to it with. */
export const responses = {
  BadRequest: problem('The request is not understood; `detail` says what is accepted.'),
  NotSigned: problem('The sender has not signed the request as it must be.'),
  Forbidden: gateway('The request is not signed, or its signer may not call this route (execute-api:Invoke).'),
  NotFound: problem('There is no such job or execution.'),
  Conflict: problem('The execution, or another request with the same key, is in no state for this.', retryAfter),
  TooLarge: gateway(
    'The request is larger than API Gateway takes (10 MB), or a Lambda function (6 MB with all that is around it).',
  ),
  UnsupportedMediaType: problem('The body is of another media type than JSON.'),
  Unprocessable: problem('The input is not what the job takes, or the key was used for another request.'),
  TooManyRequests: gateway('More requests than the API lets in; ask again a little later.'),
  Internal: problem('The function failed; its log says why.'),
  BadGateway: problem('An AWS service failed. Try again later.'),
  Unavailable: problem('AWS is too busy at the moment. Send the same request again.', retryAfter),
};

const BY_STATUS = {
  400: 'BadRequest',
  401: 'NotSigned',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  413: 'TooLarge',
  415: 'UnsupportedMediaType',
  422: 'Unprocessable',
  429: 'TooManyRequests',
  500: 'Internal',
  502: 'BadGateway',
  503: 'Unavailable',
} as const satisfies Record<number, keyof typeof responses>;

type Refusal = keyof typeof BY_STATUS;

/** Refusals of an operation, beside those that every one has. */
export function refusals(...statuses: Refusal[]): Record<string, { $ref: string }> {
  const all: Refusal[] = [...statuses, 429, 500, 502, 503];
  return Object.fromEntries(all.map((status) => [status, { $ref: `#/components/responses/${BY_STATUS[status]}` }]));
}

/** A success with a JSON body of the schema of that name. */
export function answer(schema: string, description: string, headers?: object): object {
  return {
    description,
    ...(headers && { headers }),
    content: { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } },
  };
}

/** What makes a request one of its kind. */
export const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  description: 'The same request with the same key starts nothing twice and is answered the same, for 90 days.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
};

/** Where the execution is that a request has started. */
export const location = {
  Location: { description: 'The path of the execution.', schema: { type: 'string', pattern: '^/executions/' } },
};
