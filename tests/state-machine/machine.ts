import { readFileSync } from 'node:fs';
import { parseDefinition } from '../../longhaul/asl/index.ts';

/** What the specs of all jobs have in common, as the root template writes it. */
export const spec = {
  capacity: 'spot',
  maxInterruptions: 2,
  maxAttempts: 3,
  timeoutSeconds: 300,
  stopTimeoutSeconds: 120,
  retry: { intervalSeconds: 10, backoffRate: 2, maxDelaySeconds: 600 },
  logGroup: '/longhaul/longhaul/jobs',
  queues: { spot: 'queue-spot', onDemand: 'queue-on-demand' },
  cluster: 'arn:aws:ecs:us-east-1:000000000000:cluster/jobs',
  container: 'job',
  subnets: ['subnet-1'],
  securityGroups: ['sg-1'],
  assignPublicIp: 'ENABLED',
};

/** What the job's own stack puts out, on each backend. */
export const jobs = {
  'on-batch': {
    backend: 'batch',
    jobDefinition: 'arn:aws:batch:us-east-1:000000000000:job-definition/on-batch:1',
    timeoutSeconds: 3600,
  },
  'on-ecs': {
    backend: 'ecs',
    taskDefinition: 'arn:aws:ecs:us-east-1:000000000000:task-definition/on-ecs:1',
    logStreamPrefix: 'on-ecs',
    timeoutSeconds: 3600,
  },
};

/** The definition's text with the substitutions that template.yaml makes. */
export function definitionText(specs: Record<string, { backend: string }> = jobs): string {
  const substitutions: Record<string, string> = {
    // As the templates write it: a JSONata literal with single quotes.
    Jobs: JSON.stringify(specs).replaceAll('"', "'"),
    Backends: JSON.stringify(
      Object.fromEntries(Object.entries(specs).map(([name, { backend }]) => [name, backend])),
    ).replaceAll('"', "'"),
    Defaults: JSON.stringify(spec).replaceAll('"', "'"),
    Partition: 'aws',
    Stack: 'longhaul',
    ArtifactsBucket: 'artifacts',
    FailedJobsUrl: 'https://sqs.us-east-1.amazonaws.com/000000000000/failed-jobs',
  };
  const text = readFileSync(new URL('../../statemachines/job.asl.yaml', import.meta.url), 'utf8');
  return text.replace(/\$\{(\w+)\}/g, (_, name: string) => {
    const value = substitutions[name];
    if (value === undefined) throw new Error(`The state machine wants a substitution \${${name}} that nobody makes`);
    return value;
  });
}

export const definition = parseDefinition(definitionText());
