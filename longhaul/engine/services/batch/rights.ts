import { type Asked, arn, type Right } from '../../rights/index.ts';

/** By path. https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbatch.html */
export function batchRights({ path, input }: Asked): Right[] {
  const named = (kind: string, name = '') => (name.startsWith('arn:') ? name : arn('batch', `${kind}/${name}`));
  switch (path) {
    case '/v1/submitjob': {
      const definition = { action: 'batch:SubmitJob', resource: named('job-definition', input.jobDefinition) };
      return [definition, { action: 'batch:SubmitJob', resource: named('job-queue', input.jobQueue) }];
    }
    case '/v1/terminatejob':
      return [{ action: 'batch:TerminateJob', resource: named('job', input.jobId) }];
    case '/v1/canceljob':
      return [{ action: 'batch:CancelJob', resource: named('job', input.jobId) }];
    default: {
      const action = LOOKING[path];
      return action ? [{ action: `batch:${action}`, resource: '*' }] : [];
    }
  }
}

/** Actions without resources. */
const LOOKING: Record<string, string> = {
  '/v1/describejobs': 'DescribeJobs',
  '/v1/listjobs': 'ListJobs',
  '/v1/describejobqueues': 'DescribeJobQueues',
  '/v1/describejobdefinitions': 'DescribeJobDefinitions',
  '/v1/describecomputeenvironments': 'DescribeComputeEnvironments',
};
