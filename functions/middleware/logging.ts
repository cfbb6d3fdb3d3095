import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { logger } from '../logger.ts';

/** Adds the request id and the function's name to every log line. What a handler appends ends with its invocation. */
export const logging = () => injectLambdaContext(logger, { resetKeys: true });
