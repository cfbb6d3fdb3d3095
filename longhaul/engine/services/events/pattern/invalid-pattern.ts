import { ServiceError } from '../../../endpoint/service.ts';

/** The error of an event pattern that EventBridge refuses, as PutRule and TestEventPattern answer it. */
export const invalidPattern = (reason: string) =>
  new ServiceError('InvalidEventPatternException', `Event pattern is not valid. Reason: ${reason}`);
