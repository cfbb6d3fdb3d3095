import { type Asked, arn, type Right } from '../../rights/index.ts';

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html */
export function lambdaRights({ path }: Asked): Right[] {
  const [, , , given, rest] = path.split('/');
  if (!given) return [{ action: 'lambda:ListFunctions', resource: '*' }];
  const name = decodeURIComponent(given);
  const action =
    { invocations: 'InvokeFunction', configuration: 'GetFunctionConfiguration' }[rest ?? ''] ?? 'GetFunction';
  return [{ action: `lambda:${action}`, resource: name.startsWith('arn:') ? name : arn('lambda', `function:${name}`) }];
}
