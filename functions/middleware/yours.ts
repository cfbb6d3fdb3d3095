import type { MiddlewareObj } from '@middy/core';

/**
 * Your own Middy middlewares, for every trigger: they run innermost, around the handler itself. `event` is what the source delivered.
 *
 * @example
 * import eventLogger from './event-logger.ts';
 * export const ofTriggers: MiddlewareObj[] = [eventLogger()];
 */
export const ofTriggers: MiddlewareObj[] = [];
