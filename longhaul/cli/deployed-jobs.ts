import { type Deployment, stackOf } from './deployment.ts';

/** A job's spec, as the state machine holds it. */
export interface JobSpec {
  backend: 'batch' | 'ecs';
  capacity?: 'spot' | 'onDemand';
  maxInterruptions?: number;
  maxAttempts?: number;
  timeoutSeconds?: number;
  /** `rate(…)`, `cron(…)` or `at(…)` of its own folder; empty where that is off. */
  schedule?: string;
  /** Of `cron(…)` and `at(…)`. */
  timezone?: string;
}

export interface DeployedJob extends JobSpec, JobAtApi {
  name: string;
}

/** What the HTTP API knows of a job; nothing where that is not asked. */
interface JobAtApi {
  /** JSON Schema of its input. */
  input?: unknown;
  /** The job whose success starts this one. */
  after?: string;
}

/**
 * The jobs of a deployment, by name. What they run on is in the state machine; what they take is known to the HTTP API.
 * @throws Error when the stack is none of Longhaul, or what AWS answers
 */
export async function deployedJobs(deployment: Deployment): Promise<DeployedJob[]> {
  const { SFNClient, DescribeStateMachineCommand } = await import('@aws-sdk/client-sfn');
  const { stateMachineArn } = stackOf(deployment);
  const [{ definition = '{}' }, atApi] = await Promise.all([
    new SFNClient(deployment.aws).send(new DescribeStateMachineCommand({ stateMachineArn })),
    jobsAtApi(deployment),
  ]);
  return Object.entries(specsIn(definition))
    .map(([name, { schedule, timezone, ...spec }]) => ({
      name,
      ...spec,
      ...(schedule && { schedule, ...(timezone && { timezone }) }),
      ...atApi.get(name),
    }))
    .sort((one, other) => one.name.localeCompare(other.name));
}

/** As `GET /jobs` says them. Who may not call the API, or has none of that route, is told less and not refused. */
async function jobsAtApi({ engine, outputs, aws }: Deployment): Promise<Map<string, JobAtApi>> {
  const url = engine?.apiUrl ?? outputs.ApiUrl;
  if (!url) return new Map();
  const { apiRequests } = await import('../client/api-request.ts');
  const request = { method: 'GET', path: '/jobs', repeatable: false } as const;
  const answer = await apiRequests(url, aws)(request).catch(() => undefined);
  const { jobs } = (answer?.body ?? {}) as { jobs?: ({ name: string } & JobAtApi)[] };
  return new Map(Array.isArray(jobs) ? jobs.map(({ name, ...known }) => [name, known]) : []);
}

/**
 * The specs in a definition, by the jobs' names: the JSONata literal `{'csv-report':{'backend':'batch',…},…}` of which its first
 * state takes the keys.
 */
export function specsIn(definition: string): Record<string, JobSpec> {
  const { StartAt, States = {} } = JSON.parse(definition) as { StartAt?: string; States?: Record<string, unknown> };
  const expressions = JSON.stringify(States[StartAt ?? ''] ?? {});
  const begin = expressions.indexOf('$keys({');
  if (begin < 0) return {};
  const literal = closed(expressions.slice(begin + '$keys('.length));
  // Names, ARNs and numbers: there is no quote in any of them.
  return JSON.parse(literal.replaceAll("'", '"')) as Record<string, JobSpec>;
}

/** Up to the brace that closes the first one. */
function closed(text: string): string {
  let depth = 0;
  for (const [index, character] of [...text].entries()) {
    if (character === '{') depth += 1;
    if (character === '}') depth -= 1;
    if (depth === 0) return text.slice(0, index + 1);
  }
  return '{}';
}
