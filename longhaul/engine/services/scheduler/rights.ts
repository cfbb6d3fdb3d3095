import { type Asked, arn, type Right } from '../../rights/index.ts';

const VERBS: Record<string, string> = { GET: 'Get', POST: 'Create', PUT: 'Update', DELETE: 'Delete' };

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridgescheduler.html */
export function schedulerRights({ method, path, query, input }: Asked): Right[] {
  const name = path.split('/')[2];
  if (!name) return [{ action: 'scheduler:ListSchedules', resource: '*' }];
  const group = input.GroupName ?? query.get('groupName') ?? 'default';
  const resource = arn('scheduler', `schedule/${group}/${decodeURIComponent(name)}`);
  return [{ action: `scheduler:${VERBS[method]}Schedule`, resource }];
}
