import { ServiceError } from '../../../endpoint/service.ts';
import type { EventBuses } from '../event-buses.ts';
import { busName, type Rule } from '../rule.ts';

export const invalid = (message: string) => new ServiceError('ValidationException', message);

/** The name of a bus that is there. @throws ServiceError ResourceNotFoundException */
export function requireBus(buses: EventBuses, nameOrArn: string | undefined): string {
  const bus = busName(nameOrArn);
  if (buses.buses.includes(bus)) return bus;
  throw new ServiceError('ResourceNotFoundException', `Event bus ${bus} does not exist.`);
}

/** @throws ServiceError ResourceNotFoundException */
export function requireRule(buses: EventBuses, nameOrArn: string | undefined, name: string | undefined): Rule {
  const bus = requireBus(buses, nameOrArn);
  const rule = buses.rule(bus, String(name));
  if (rule) return rule;
  throw new ServiceError('ResourceNotFoundException', `Rule ${name} does not exist on EventBus ${bus}.`);
}
