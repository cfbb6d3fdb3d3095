import type { Resource } from '../template/model.ts';
import type { Statement } from './policy.ts';
import { fromTemplate } from './policy-templates.ts';

/** Who acts: a function or a job, with what its role allows. */
export interface Principal {
  /** The function or the role, by its place in the template: `Orders/SqsTrigger`. */
  path: string;
  statements: Statement[];
  /** Of its permissions boundary, which must allow what is done as well. */
  boundary?: Statement[];
}

/** The access key id under which a function's process acts. */
export const functionKey = (name: string): string => `local-function-${name.replace(/[^\w-]/g, '.')}`;

/** The access key id of whatever acts by a role. */
export const roleKey = (roleArn: string): string =>
  `local-role-${roleArn
    .split('/')
    .at(-1)!
    .replace(/[^\w-]/g, '.')}`;

/** The access key id under which each state machine of a stack acts, by its ARN: that of its role. */
export function machineKeys(resources: Resource[]): (stateMachineArn: string) => string | undefined {
  const machines = resources.filter(({ type }) => /::StateMachine$/.test(type));
  return (arn) => {
    const { Role, RoleArn = Role } = machines.find(({ ref }) => ref === arn)?.properties ?? {};
    return RoleArn === undefined ? undefined : roleKey(String(RoleArn));
  };
}

/**
 * The functions and roles of a stack by their access key ids. Leaves out those with a policy that is not known here (a managed
 * policy of AWS, or of another stack).
 */
export function principalsOf(resources: Resource[]): Map<string, Principal> {
  const found = new Map<string, Principal>();
  for (const { type, ref, path, properties } of resources) {
    const key = KEYS[type]?.(ref);
    if (!key) continue;
    const role =
      type === 'AWS::Serverless::Function' && properties.Role ? roleOf(resources, properties.Role) : undefined;
    if (type === 'AWS::Serverless::Function' && properties.Role && !role) continue;
    const { properties: own, ref: name } = role ?? { properties, ref };
    const statements = flatten([own.Policies, own.ManagedPolicyArns, ...attached(resources, name)].flat(), resources);
    const boundary = boundaryOf(resources, own.PermissionsBoundary);
    if (statements) found.set(key, { path: role?.path ?? path, statements, ...(boundary && { boundary }) });
  }
  return found;
}

const KEYS: Record<string, (ref: string) => string> = {
  'AWS::Serverless::Function': functionKey,
  'AWS::IAM::Role': roleKey,
};

const roleOf = (resources: Resource[], role: string) =>
  resources.find(({ type, ref, attributes }) => type === 'AWS::IAM::Role' && [ref, attributes.Arn].includes(role));

/** The documents of policies that name the role themselves. */
const attached = (resources: Resource[], role: string): unknown[] =>
  resources
    .filter(({ type }) => /^AWS::IAM::(RolePolicy|Policy|ManagedPolicy)$/.test(type))
    .filter(({ properties: { RoleName, Roles = [] } }) => RoleName === role || Roles.includes(role))
    .map(({ properties }) => properties.PolicyDocument);

function boundaryOf(resources: Resource[], arn: unknown): Statement[] | undefined {
  return arn === undefined ? undefined : flatten([arn], resources);
}

/** Documents of AWS whose rights are not among those that the engine looks at, or are Lambda's own. */
const NOTHING_HERE =
  /(^|\/)(AWSLambda(Basic|VPCAccess|SQSQueue|DynamoDB|Kinesis)ExecutionRole|AWSXRay(DaemonWrite|Write.*)Access)$/;

/** Statements of everything that can stand in a list of policies; undefined when one of them is not known. */
function flatten(policies: unknown[], resources: Resource[]): Statement[] | undefined {
  const statements: Statement[] = [];
  for (const policy of policies) {
    const own = policy === undefined ? [] : statementsOf(policy, resources);
    if (!own) return undefined;
    statements.push(...own);
  }
  return statements;
}

function statementsOf(policy: unknown, resources: Resource[]): Statement[] | undefined {
  if (typeof policy === 'string') {
    if (NOTHING_HERE.test(policy)) return [];
    const managed = resources.find(({ type, ref }) => type === 'AWS::IAM::ManagedPolicy' && ref === policy);
    return managed && statementsOf(managed.properties.PolicyDocument, resources);
  }
  const { Statement, PolicyDocument, ...templates } = policy as Record<string, unknown>;
  if (PolicyDocument) return statementsOf(PolicyDocument, resources);
  if (Statement) return [Statement].flat() as Statement[];
  const [name = '', parameters] = Object.entries(templates)[0] ?? [];
  return fromTemplate(name, parameters as Record<string, unknown>);
}
