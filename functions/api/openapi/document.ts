import type { JobDefinition } from 'longhaul';
import { inputSchema } from '../input-schema.ts';
import { executionPaths } from './execution-paths.ts';
import { hookPaths } from './hook-paths.ts';
import { jobPaths } from './job-paths.ts';
import { responses } from './responses.ts';
import { schemas } from './schemas.ts';

/**
 * The HTTP API as OpenAPI 3.1 has it: https://spec.openapis.org/oas/v3.1.1
 *
 * @param jobs - those that are deployed, each of which is a path of its own with the JSON Schema of its input
 * @param webhooks - senders whose webhooks are deployed: `stripe`, `github`
 */
export function openApi(jobs: readonly JobDefinition[], webhooks: readonly string[]) {
  const inputs = jobs.map((job) => ({ name: job.name, schema: named(job.name, inputSchema(job)) }));
  return {
    openapi: '3.1.1',
    info: {
      title: 'Longhaul',
      version: '1',
      description: 'Starts jobs, and steers their executions. Errors are problem+json (RFC 9457).',
    },
    // Relative to where this document is: the API itself.
    servers: [{ url: '/' }],
    security: [{ iam: [] }],
    paths: { ...jobPaths(inputs.map(({ name }) => name)), ...executionPaths, ...hookPaths(webhooks) },
    components: {
      schemas: { ...schemas, ...Object.fromEntries(inputs.map(({ name, schema }) => [`input.${name}`, schema])) },
      responses,
      securitySchemes: {
        iam: {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          description:
            'AWS Signature Version 4 for the service execute-api (curl --aws-sigv4 "aws:amz:REGION:execute-api").',
          'x-amazon-apigateway-authtype': 'awsSigv4',
        },
        ...(webhooks.includes('stripe') && { stripe: signature('Stripe-Signature', 'As Stripe signs its webhooks') }),
        ...(webhooks.includes('github') && {
          github: signature('X-Hub-Signature-256', 'As GitHub signs its webhooks'),
        }),
      },
    },
  };
}

const signature = (name: string, description: string) => ({ type: 'apiKey', in: 'header', name, description });

/** With an id of its own, so that references within it (`#/$defs/…`) mean it and not this document. */
function named(job: string, schema: Record<string, unknown> | true): Record<string, unknown> | true {
  return schema === true ? true : { $id: `/jobs/${job}/input`, ...schema };
}
