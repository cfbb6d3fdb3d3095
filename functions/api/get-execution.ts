import { describeExecution, isExecutionName, stackFromEnvironment, UnknownExecutionError } from 'longhaul';
import { logger } from '../logger.ts';
import { json, route } from './api.ts';
import { Problem } from './problem.ts';

/** `GET /executions/{id}` → 200 with an `ExecutionDescription`. */
export const handler = route(async (request) => {
  const id = request.pathParameters?.id ?? '';
  if (!isExecutionName(id)) {
    throw new Problem(
      400,
      "The id of an execution has 1 to 80 letters, digits, '-' and '_', such as hello-world-2c26b46b68ffc68f",
    );
  }
  logger.appendKeys({ id });
  try {
    return json(200, await describeExecution(id, stackFromEnvironment()));
  } catch (error) {
    throw error instanceof UnknownExecutionError ? new Problem(404, error.message) : error;
  }
});
