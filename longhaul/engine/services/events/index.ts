import { type Action, jsonService, type Service } from '../../endpoint/index.ts';
import { describeEventBus, listEventBuses } from './actions/buses.ts';
import { putEvents } from './actions/putEvents.ts';
import { deleteRule, describeRule, listRules, putRule } from './actions/rules.ts';
import { listTargetsByRule, putTargets, removeTargets } from './actions/targets.ts';
import { testEventPattern } from './actions/testEventPattern.ts';
import type { EventBuses } from './event-buses.ts';
import { eventsRights } from './rights.ts';

export type { EventBridgeEvent, Occurrence } from './event.ts';
export { EventBuses } from './event-buses.ts';
export { executionEvent } from './execution-event.ts';
export { bucketsWithEvents, objectEvent } from './object-event.ts';

/**
 * Amazon EventBridge over the stack's buses.
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Operations.html
 */
export function eventsService(buses: EventBuses): Service {
  const on =
    <Input>(action: (buses: EventBuses, input: Input) => unknown): Action =>
    (input) =>
      action(buses, input);
  const service = jsonService('events', 'AWSEvents', '1.1', {
    PutEvents: on(putEvents),
    TestEventPattern: testEventPattern,
    ListEventBuses: on(listEventBuses),
    DescribeEventBus: on(describeEventBus),
    ListRules: on(listRules),
    DescribeRule: on(describeRule),
    PutRule: on(putRule),
    DeleteRule: on(deleteRule),
    ListTargetsByRule: on(listTargetsByRule),
    PutTargets: on(putTargets),
    RemoveTargets: on(removeTargets),
  });
  return { ...service, rights: eventsRights };
}
