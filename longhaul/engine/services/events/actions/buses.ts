import type {
  DescribeEventBusCommandInput,
  DescribeEventBusCommandOutput,
  ListEventBusesCommandInput,
  ListEventBusesCommandOutput,
} from '@aws-sdk/client-eventbridge';
import { page } from '../../page.ts';
import type { EventBuses } from '../event-buses.ts';
import { busArn } from '../rule.ts';
import { requireBus } from './errors.ts';

export function listEventBuses(buses: EventBuses, input: ListEventBusesCommandInput) {
  const named = buses.buses.filter((bus) => bus.startsWith(input.NamePrefix ?? ''));
  const { items, nextToken } = page(named, input.Limit, input.NextToken);
  return {
    EventBuses: items.map((bus) => ({ Name: bus, Arn: busArn(bus) })),
    NextToken: nextToken,
  } satisfies Omit<ListEventBusesCommandOutput, '$metadata'>;
}

export function describeEventBus(buses: EventBuses, input: DescribeEventBusCommandInput) {
  const bus = requireBus(buses, input.Name);
  return { Name: bus, Arn: busArn(bus) } satisfies Omit<DescribeEventBusCommandOutput, '$metadata'>;
}
