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
import {
  deleteSubscriptionFilter,
  describeSubscriptionFilters,
  putSubscriptionFilter,
} from './actions/subscriptionFilters.ts';
import type { LogStore } from './log-store.ts';
import type { Subscriptions } from './subscriptions.ts';

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
  return jsonService('logs', 'Logs_20140328', '1.1', {
    CreateLogGroup: on(createLogGroup),
    CreateLogStream: on(createLogStream),
    DeleteLogGroup: (input) => deleteLogGroup(store, input, subscriptions),
    DescribeLogGroups: on(describeLogGroups),
    DescribeLogStreams: on(describeLogStreams),
    FilterLogEvents: on(filterLogEvents),
    GetLogEvents: on(getLogEvents),
    PutLogEvents: on(putLogEvents),
    PutRetentionPolicy: on(putRetentionPolicy),
    ...(subscriptions && {
      PutSubscriptionFilter: subscribed(putSubscriptionFilter),
      DescribeSubscriptionFilters: subscribed(describeSubscriptionFilters),
      DeleteSubscriptionFilter: subscribed(deleteSubscriptionFilter),
    }),
  });
}
