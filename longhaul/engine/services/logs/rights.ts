import { type Asked, arn, type Right } from '../../rights/index.ts';

/** Actions on a log stream; the others are on its group. */
const ON_A_STREAM = ['GetLogEvents', 'PutLogEvents'];

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html */
export function logsRights({ action, input }: Asked): Right[] {
  const { logGroupName, logGroupIdentifier, logStreamName } = input;
  const given = String(logGroupIdentifier ?? logGroupName ?? '').replace(/:\*$/, '');
  const group = given.startsWith('arn:') ? given : arn('logs', `log-group:${given}`);
  const stream = ON_A_STREAM.includes(action) ? `log-stream:${logStreamName}` : '';
  return [{ action: `logs:${action}`, resource: `${group}:${stream}` }];
}
