import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { type Driver, isExecutionName, stepFunctionsDriver } from 'longhaul';
import { stackFromEnvironment } from 'longhaul/trigger';
import { Problem } from '../http/problem.ts';
import { logger } from '../logger.ts';

/** Seconds in which a resumed execution's old container must have ended: a request has 30 (HTTP API, integration timeout). */
const RESUME_PATIENCE = 20;

let driver: Driver | undefined;

/** The executions of this stack. */
export function executions(): Driver {
  driver ??= stepFunctionsDriver({ stack: stackFromEnvironment(), resumePatienceSeconds: RESUME_PATIENCE });
  return driver;
}

/** The `{id}` of a route. @throws Problem 400 for a text that can be no execution's id */
export function executionId({ pathParameters }: APIGatewayProxyEventV2): string {
  const id = pathParameters?.id ?? '';
  if (!isExecutionName(id)) {
    throw new Problem(
      400,
      'The id of an execution, such as hello-world-2c26b46b68ffc68f, has 1 to 80 characters; none is a space or one of <>{}[]?*"#%\\^|~`$&,;:/',
    );
  }
  logger.appendKeys({ id });
  return id;
}
