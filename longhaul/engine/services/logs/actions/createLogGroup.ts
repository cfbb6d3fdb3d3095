import type { CreateLogGroupCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { ServiceError } from '../../../endpoint/service.ts';
import { checkName } from '../errors.ts';
import type { LogStore } from '../log-store.ts';

export function createLogGroup(store: LogStore, input: CreateLogGroupCommandInput) {
  if (!store.createGroup(checkName('logGroupName', input.logGroupName))) {
    throw new ServiceError('ResourceAlreadyExistsException', 'The specified log group already exists');
  }
}
