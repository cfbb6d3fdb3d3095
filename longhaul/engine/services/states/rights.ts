import type { Asked, Right } from '../../rights/index.ts';

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsstepfunctions.html */
export const statesRights = ({ action, input }: Asked): Right[] => [
  { action: `states:${action}`, resource: String(input.stateMachineArn ?? input.executionArn ?? '*') },
];
