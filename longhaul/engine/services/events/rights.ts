import { type Asked, arn, type Right } from '../../rights/index.ts';

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html */
export function eventsRights({ action: operation, input }: Asked): Right[] {
  const action = `events:${operation}`;
  const bus = (name = 'default') => (name.startsWith('arn:') ? name : arn('events', `event-bus/${name}`));
  if (operation === 'PutEvents') {
    const buses: string[] = [input.Entries ?? []].flat().map(({ EventBusName }) => bus(EventBusName));
    return [...new Set(buses)].map((resource) => ({ action, resource }));
  }
  if (operation === 'DescribeEventBus') return [{ action, resource: bus(input.Name) }];
  const rule = input.Rule ?? input.Name;
  if (!rule) return [{ action, resource: '*' }];
  const name = bus(input.EventBusName).split('/').at(-1);
  return [{ action, resource: arn('events', `rule/${name === 'default' ? '' : `${name}/`}${rule}`) }];
}
