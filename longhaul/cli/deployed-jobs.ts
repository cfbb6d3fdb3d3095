import { type Deployment, stackOf } from './deployment.ts';

/** A job's spec, as the state machine holds it. */
export interface JobSpec {
  backend: 'batch' | 'ecs';
  capacity?: 'spot' | 'onDemand';
  maxInterruptions?: number;
  maxAttempts?: number;
  timeoutSeconds?: number;
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
    .map(([name, spec]) => ({ name, ...spec, ...atApi.get(name) }))
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
 * The specs in a definition, by the jobs' names. Its first state has them as JSONata literals, beside what all jobs share:
 * `$merge([{'maxAttempts':3,…}, $lookup({'csv-report':{'backend':'batch',…},…}, …)])`. What a job says itself wins.
 */
export function specsIn(definition: string): Record<string, JobSpec> {
  const { StartAt, States = {} } = JSON.parse(definition) as { StartAt?: string; States?: Record<string, unknown> };
  const expressions = textsIn(States[StartAt ?? '']).join('\n');
  const jobs = literalAfter(/,\s*\$lookup\(\s*/g, expressions) as Record<string, JobSpec> | undefined;
  const defaults = literalAfter(/\$merge\(\[\s*/g, expressions, /^\s*,\s*\$lookup\(/) as Partial<JobSpec> | undefined;
  return Object.fromEntries(Object.entries(jobs ?? {}).map(([name, spec]) => [name, { ...defaults, ...spec }]));
}

/** Every text in a value, however deep. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** The first object literal that stands behind `before`, and in front of `after`. */
function literalAfter(before: RegExp, expressions: string, after = /^/): unknown {
  for (const { 0: matched, index } of expressions.matchAll(before)) {
    const rest = expressions.slice(index + matched.length);
    const literal = objectLiteral(rest);
    if (literal !== undefined && after.test(rest.slice(literal.length))) return JSON.parse(asJson(literal));
  }
  return undefined;
}

/** A string of JSONata, or a brace. */
const PIECE = /'(?:[^'\\]|\\.)*'|[{}]/g;

/** Up to the brace that closes the first one; undefined when the text does not begin with one. */
function objectLiteral(text: string): string | undefined {
  if (!text.startsWith('{')) return undefined;
  let depth = 0;
  for (const { 0: piece, index } of text.matchAll(PIECE)) {
    if (piece === '{') depth += 1;
    if (piece === '}') depth -= 1;
    if (depth === 0) return text.slice(0, index + 1);
  }
  return undefined;
}

/** A literal of strings in single quotes, numbers, lists and objects. JSONata's escapes are those of JSON. */
function asJson(literal: string): string {
  return literal.replace(PIECE, (piece) =>
    piece.startsWith("'")
      ? `"${piece.slice(1, -1).replace(/\\.|"/g, (part) => (part === '"' ? '\\"' : part))}"`
      : piece,
  );
}
