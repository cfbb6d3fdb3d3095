/**
 * The one entry point of all functions. The environment variable `FUNCTION` names the module that this function runs, and
 * only that one is loaded.
 */
const modules = {
  'triggers/s3': () => import('./triggers/s3/handler.ts'),
  'triggers/sqs': () => import('./triggers/sqs/handler.ts'),
  'triggers/sns': () => import('./triggers/sns/handler.ts'),
  'triggers/eventbridge': () => import('./triggers/eventbridge/handler.ts'),
  'triggers/dynamodb': () => import('./triggers/dynamodb/handler.ts'),
  'triggers/kinesis': () => import('./triggers/kinesis/handler.ts'),
  'triggers/logs': () => import('./triggers/logs/handler.ts'),
  'triggers/alb': () => import('./triggers/alb/handler.ts'),
  'triggers/schedule': () => import('./triggers/schedule/handler.ts'),
  'triggers/after': () => import('./triggers/after/handler.ts'),
  'triggers/after/sweep': () => import('./triggers/after/sweep.ts'),
  'triggers/http': () => import('./triggers/http/handler.ts'),
  'triggers/webhook/stripe': () => import('./triggers/webhook/stripe.ts'),
  'triggers/webhook/github': () => import('./triggers/webhook/github.ts'),
  'spot-wait': () => import('./spot-wait/handler.ts'),
  'authorizers/api-key': () => import('./authorizers/api-key.ts'),
  'api/list-jobs': () => import('./api/list-jobs.ts'),
  'api/run-job': () => import('./api/run-job.ts'),
  'api/list-executions': () => import('./api/list-executions.ts'),
  'api/get-execution': () => import('./api/get-execution.ts'),
  'api/get-logs': () => import('./api/get-logs.ts'),
  'api/stop-execution': () => import('./api/stop-execution.ts'),
  'api/resume-execution': () => import('./api/resume-execution.ts'),
  'api/get-openapi': () => import('./api/get-openapi.ts'),
} satisfies Record<string, () => Promise<{ handler: unknown }>>;

const { FUNCTION: name = '' } = process.env;
if (!Object.hasOwn(modules, name)) {
  const names = Object.keys(modules).join(', ');
  throw new Error(
    `The environment variable FUNCTION names the module to run; it is '${name}', and must be one of ${names}`,
  );
}
const { handler } = await modules[name as keyof typeof modules]();

export { handler };
