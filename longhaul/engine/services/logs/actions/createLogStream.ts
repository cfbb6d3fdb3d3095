import type { CreateLogStreamCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { ServiceError } from '../../../endpoint/service.ts';
import { checkName, requireGroup } from '../errors.ts';
import type { LogStore } from '../log-store.ts';

export function createLogStream(store: LogStore, input: CreateLogStreamCommandInput) {
  const name = checkName('logStreamName', input.logStreamName);
  const group = requireGroup(store, { logGroupName: checkName('logGroupName', input.logGroupName) });
  if (!store.createStream(group, name)) {
    throw new ServiceError('ResourceAlreadyExistsException', 'The specified log stream already exists');
  }
}
