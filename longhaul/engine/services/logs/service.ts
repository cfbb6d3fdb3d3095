import { jsonService } from '../../endpoint/json-service.ts';
import { type Action, type Service, ServiceError } from '../../endpoint/service.ts';
import { createLogGroup } from './actions/createLogGroup.ts';
import { createLogStream } from './actions/createLogStream.ts';
import { deleteLogGroup } from './actions/deleteLogGroup.ts';
import { describeLogGroups } from './actions/describeLogGroups.ts';
import { describeLogStreams } from './actions/describeLogStreams.ts';
import { filterLogEvents } from './actions/filterLogEvents.ts';
import { getLogEvents } from './actions/getLogEvents.ts';
import { putLogEvents } from './actions/putLogEvents.ts';
import { putRetentionPolicy } from './actions/putRetentionPolicy.ts';
import {
  deleteSubscriptionFilter,
  describeSubscriptionFilters,
  putSubscriptionFilter,
} from './actions/subscriptionFilters.ts';
import type { LogStore } from './log-store.ts';
import { logsRights } from './rights.ts';
import type { Subscriptions } from './subscriptions.ts';

/** Actions that people know of, and that the engine will not have. */
function refuse(action: string, instead: string): never {
  throw new ServiceError('InvalidOperationException', `The local engine does not have ${action}. Use ${instead}.`);
}

/**
 * Amazon CloudWatch Logs, as far as this table goes.
 *
 * @param subscriptions - without functions there are none
 */
export function logsService(store: LogStore, subscriptions?: Subscriptions): Service {
  const on =
    <Input>(action: (store: LogStore, input: Input) => unknown): Action =>
    (input) =>
      action(store, input);
  const subscribed =
    <Input>(action: (store: LogStore, subscriptions: Subscriptions, input: Input) => unknown): Action =>
    (input) =>
      action(store, subscriptions!, input);
  const service = jsonService('logs', 'Logs_20140328', '1.1', {
    CreateLogGroup: on(createLogGroup),
    CreateLogStream: on(createLogStream),
    DeleteLogGroup: (input) => deleteLogGroup(store, input, subscriptions),
    DescribeLogGroups: on(describeLogGroups),
    DescribeLogStreams: on(describeLogStreams),
    FilterLogEvents: on(filterLogEvents),
    GetLogEvents: on(getLogEvents),
    PutLogEvents: on(putLogEvents),
    StartLiveTail: () => refuse('StartLiveTail', "'longhaul logs ID --follow' or 'aws logs tail GROUP --follow'"),
    StartQuery: () => refuse('StartQuery', "'aws logs filter-log-events' with a filter pattern"),
    PutRetentionPolicy: on(putRetentionPolicy),
    ...(subscriptions && {
      PutSubscriptionFilter: subscribed(putSubscriptionFilter),
      DescribeSubscriptionFilters: subscribed(describeSubscriptionFilters),
      DeleteSubscriptionFilter: subscribed(deleteSubscriptionFilter),
    }),
  });
  return { ...service, rights: logsRights };
}
