import { jsonService } from '../../endpoint/json-service.ts';
import type { Action, Service } from '../../endpoint/service.ts';
import { createLogGroup } from './actions/createLogGroup.ts';
import { createLogStream } from './actions/createLogStream.ts';
import { deleteLogGroup } from './actions/deleteLogGroup.ts';
import { describeLogGroups } from './actions/describeLogGroups.ts';
import { describeLogStreams } from './actions/describeLogStreams.ts';
import { filterLogEvents } from './actions/filterLogEvents.ts';
import { getLogEvents } from './actions/getLogEvents.ts';
import { putLogEvents } from './actions/putLogEvents.ts';
import { putRetentionPolicy } from './actions/putRetentionPolicy.ts';
import type { LogStore } from './log-store.ts';

/** Amazon CloudWatch Logs, as far as this table goes. */
export function logsService(store: LogStore): Service {
  const on =
    <Input>(action: (store: LogStore, input: Input) => unknown): Action =>
    (input) =>
      action(store, input);
  return jsonService('logs', 'Logs_20140328', '1.1', {
    CreateLogGroup: on(createLogGroup),
    CreateLogStream: on(createLogStream),
    DeleteLogGroup: on(deleteLogGroup),
    DescribeLogGroups: on(describeLogGroups),
    DescribeLogStreams: on(describeLogStreams),
    FilterLogEvents: on(filterLogEvents),
    GetLogEvents: on(getLogEvents),
    PutLogEvents: on(putLogEvents),
    PutRetentionPolicy: on(putRetentionPolicy),
  });
}
