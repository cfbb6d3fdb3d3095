import { Logger } from '@aws-lambda-powertools/logger';

/** One line of JSON per message, with the job and the execution's id. Events may hold personal data and are never logged. */
export const logger = new Logger();
