import path from 'node:path';
import { DATA_DIRECTORY } from '../engine/data-directory.ts';
import type { Engine } from '../engine/index.ts';
import { paint } from './terminal.ts';

/**
 * What was started, and the commands to try next.
 *
 * @param others - the stacks beside the app's
 */
export function welcome(
  { url, apiUrl, outputs, stack, warnings, continued }: Engine,
  data: string,
  others: string[],
): string {
  const bold = (text: string) => paint('bold', text);
  const ofType = (...types: string[]) => stack.resources.filter(({ type }) => types.includes(type));
  const rows: [string, string[]][] = [
    ['jobs', ofType('AWS::Batch::JobDefinition', 'AWS::ECS::TaskDefinition').map(jobRow)],
    ['functions', ofType('AWS::Serverless::Function').map(({ path }) => path)],
    ['buckets', ofType('AWS::S3::Bucket').map(({ ref }) => ref)],
    ['queues', ofType('AWS::SQS::Queue').map(({ path }) => path)],
  ];
  const { ApiUrl: api, UploadsBucketName: uploads, StateMachineArn: stateMachine } = outputs;
  // Of this stack: a template elsewhere need not have them all.
  const examples = [
    ...(api === undefined
      ? []
      : [`curl -i -d '{"name":"world"}' ${apiUrl}/jobs/hello-world`, `curl ${apiUrl}/executions/ID`]),
    ...(uploads === undefined ? [] : [`aws s3 cp data.csv s3://${uploads}/incoming/data.csv`]),
    stateMachine === undefined ? 'aws s3 ls' : `aws stepfunctions list-executions --state-machine-arn ${stateMachine}`,
  ];
  return [
    '',
    `${bold('Longhaul')} runs the stack${others.length > 0 ? 's' : ''} ${[stack.name, ...others].map(bold).join(', ')} on this machine.`,
    '',
    `  AWS endpoint  ${url}`,
    `  HTTP API      ${apiUrl}`,
    `  data          ${path.resolve(data)}`,
    ...rows.filter(([, names]) => names.length > 0).map(([label, names]) => `  ${label.padEnd(12)}  ${inLines(names)}`),
    ...(continued > 0
      ? [`  continued     ${continued} execution${continued > 1 ? 's' : ''} from where they were`]
      : []),
    ...warnings.map(({ path, message }) => paint('yellow', `  not run       ${path}: ${message}`)),
    '',
    bold('Try next, in another terminal:'),
    '',
    `  npx longhaul jobs${data === DATA_DIRECTORY ? '' : ` --data ${data}`}`,
    '  npx longhaul help',
    '',
    `  export AWS_ENDPOINT_URL=${url} AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1`,
    '  export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local',
    ...examples.map((example) => `  ${example}`),
    '',
    'Ctrl-C stops it.',
  ].join('\n');
}

function jobRow({ type, path }: { type: string; path: string }): string {
  const backend = type.startsWith('AWS::Batch') ? 'Batch' : 'ECS';
  return `${path.split('/').slice(0, -1).join('/')} (${backend})`;
}

/** Names after one another, as many to a line as 80 columns hold behind the label. */
function inLines(names: string[]): string {
  const lines: string[] = [];
  for (const name of names) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + name.length < 60) lines[lines.length - 1] = `${line}, ${name}`;
    else lines.push(name);
  }
  return lines.join(`,\n${' '.repeat(16)}`);
}
