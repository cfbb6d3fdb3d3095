import type { Context } from 'aws-lambda';
import { logger } from './logger.ts';

/** A Lambda handler of which each line of the log has the request's id and the function's name. What it appends ends with it. */
export function logged<Event, Answer>(
  handle: (event: Event, context: Context) => Answer | Promise<Answer>,
): (event: Event, context: Context) => Promise<Answer> {
  return async (event, context) => {
    logger.addContext(context);
    try {
      return await handle(event, context);
    } finally {
      logger.resetKeys();
    }
  };
}
