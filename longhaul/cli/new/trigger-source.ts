import { parseTimetable } from '../../engine/sources/timetable.ts';
import { UsageError } from '../exit-codes.ts';

/** What starts a job: a block of `functions/triggers/<kind>/template.yaml`. */
export interface TriggerSource {
  kind: TriggerKind;
  /** Ends the block's logical id: `Queue` makes `InvoiceQueue`. */
  noun: string;
  /** Parameters of the block besides those that all triggers have, as YAML. */
  parameters: Record<string, string>;
  /** The bucket that the job must be able to read, as text for `!Sub`. */
  reads?: string;
  /** What the user has to know or do. */
  notes: string[];
}

export type TriggerKind = 's3' | 'sqs' | 'sns' | 'schedule' | 'eventbridge' | 'dynamodb' | 'kinesis' | 'logs';

const SOURCES: Record<TriggerKind, (given: string) => Omit<TriggerSource, 'kind'>> = {
  s3,
  sqs,
  sns,
  schedule,
  eventbridge,
  dynamodb: (given) => ({
    noun: 'Table',
    parameters: arnParameter('dynamodb', given, 'StreamArn', /:table\/[^/]+\/stream\/[^/]+$/, 'table/NAME/stream/TIME'),
    notes: given === '' ? [] : ['The stream must contain new and old images for the job to see both.'],
  }),
  kinesis: (given) => ({
    noun: 'Stream',
    parameters: arnParameter('kinesis', given, 'StreamArn', /:stream\/[\w.-]+$/, 'stream/NAME'),
    notes:
      given === '' ? ['The new stream has a shard, which costs money by the hour, also while nothing is sent.'] : [],
  }),
  logs,
};

/** Sources that this command does not write, and what to do instead. */
const BY_HAND: Record<string, string> = {
  alb:
    'A load balancer needs a network of yours. Copy the block LoadBalancer of template.yaml under another name, and give it ' +
    'Job, VpcId and SubnetIds: "Application Load Balancer" in Longhaul\'s docs/triggers.md.',
  after:
    'Which job comes after which is in the definition of the later one: `after` in its job.ts. Deploy with its name in the ' +
    'parameter Followers: "After another job" in Longhaul\'s docs/triggers.md.',
  http: 'Every job can be started by HTTP already: POST /jobs/JOB.',
};

/**
 * Reads a source as it is written on the command line.
 *
 * @throws UsageError that says what is accepted
 */
export function parseSource(text: string): TriggerSource {
  const [, name = '', given = ''] = /^([^:]*):?(.*)$/s.exec(text) ?? [];
  if (Object.hasOwn(BY_HAND, name)) throw new UsageError(BY_HAND[name]);
  if (!Object.hasOwn(SOURCES, name)) {
    throw new UsageError(`There is no source "${text}". Sources are ${Object.keys(SOURCES).join(', ')}.`);
  }
  const kind = name as TriggerKind;
  return { kind, ...SOURCES[kind](given) };
}

function s3(given: string): Omit<TriggerSource, 'kind'> {
  const [, bucket, prefix = ''] = given.startsWith('//')
    ? (/^\/\/([^/]*)\/?(.*)$/s.exec(given) ?? [])
    : ['', '', given];
  const withPrefix: Record<string, string> = prefix === '' ? {} : { Prefix: quoted(prefix) };
  if (!given.startsWith('//')) {
    const notes = ['Its objects go to the bucket of the output UploadsBucketName.'];
    // biome-ignore lint/suspicious/noTemplateCurlyInString: for !Sub
    const reads = '${App}-uploads-${AWS::AccountId}-${AWS::Region}';
    return { noun: 'Uploads', parameters: { BucketName: '!Ref Uploads', ...withPrefix }, reads, notes };
  }
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket ?? '')) {
    throw new UsageError(`"${bucket}" is not the name of a bucket. Write s3://BUCKET/PREFIX.`);
  }
  const notes = [
    `The bucket must send its events to EventBridge. This replaces the notifications that it has:\n` +
      `aws s3api put-bucket-notification-configuration --bucket ${bucket} --notification-configuration '{"EventBridgeConfiguration":{}}'`,
  ];
  return { noun: 'Uploads', parameters: { BucketName: quoted(bucket!), ...withPrefix }, reads: bucket!, notes };
}

function sqs(given: string): Omit<TriggerSource, 'kind'> {
  if (given === '') return { noun: 'Queue', parameters: {}, notes: [] };
  if (given === 'fifo') return { noun: 'FifoQueue', parameters: { Fifo: '"true"' }, notes: [] };
  const parameters = arnParameter('sqs', given, 'QueueArn', /:[\w-]{1,80}(\.fifo)?$/, 'NAME');
  const fifo = given.endsWith('.fifo');
  return {
    noun: fifo ? 'FifoQueue' : 'Queue',
    parameters: { ...parameters, ...(fifo && { Fifo: '"true"' }) },
    notes: ["The queue's visibility timeout must be 30 seconds or more. 180 is better."],
  };
}

function sns(given: string): Omit<TriggerSource, 'kind'> {
  if (given.endsWith('.fifo')) {
    throw new UsageError(
      'FIFO topics deliver to queues only. Subscribe a FIFO queue to the topic, and name it: sqs:ARN.',
    );
  }
  return { noun: 'Topic', parameters: arnParameter('sns', given, 'TopicArn', /:[\w-]{1,256}$/, 'NAME'), notes: [] };
}

function schedule(given: string): Omit<TriggerSource, 'kind'> {
  if (given === '') throw new UsageError('Name the time, such as schedule:"cron(0 3 * * ? *)".');
  try {
    parseTimetable(given);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  const notes = [
    'The schedule is on, in UTC. In its block, `State: DISABLED` turns it off, and `Timezone` sets the time zone.',
  ];
  return { noun: 'Schedule', parameters: { ScheduleExpression: quoted(given) }, notes };
}

function eventbridge(given: string): Omit<TriggerSource, 'kind'> {
  if (!/^[\w./-]{1,256}$/.test(given)) {
    throw new UsageError(
      `"${given}" is not the source of an event. Write it as events have it: eventbridge:com.example.shop.`,
    );
  }
  return { noun: 'Events', parameters: { EventPattern: quoted(JSON.stringify({ source: [given] })) }, notes: [] };
}

function logs(given: string): Omit<TriggerSource, 'kind'> {
  if (!/^[.\-_/#A-Za-z0-9]{1,512}$/.test(given))
    throw new UsageError('Name a log group of yours, such as logs:/my/application.');
  if (given.startsWith('/longhaul/')) {
    throw new UsageError(
      `${given} is a log of Longhaul itself. What functions and jobs write there would start the next job without an end.`,
    );
  }
  const notes = [
    'Lines with ERROR start the job. `FilterPattern` in the block takes others.',
    'A log group takes two subscription filters at most.',
  ];
  return { noun: 'Logs', parameters: { LogGroupName: quoted(given) }, notes };
}

function arnParameter(
  service: string,
  given: string,
  parameter: string,
  end: RegExp,
  form: string,
): Record<string, string> {
  if (given === '') return {};
  if (!new RegExp(`^arn:aws[a-z-]*:${service}:[a-z0-9-]+:\\d{12}:`).test(given) || !end.test(given)) {
    throw new UsageError(
      `"${given}" is not an ARN like arn:aws:${service}:REGION:ACCOUNT:${form}. Leave it out for a new one.`,
    );
  }
  return { [parameter]: quoted(given) };
}

/** Plain where YAML reads it as a string, in a flow collection too. */
const quoted = (text: string): string =>
  /^[A-Za-z][\w./-]*(:[\w./-]+)*$/.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text)
    ? text
    : `'${text.replaceAll("'", "''")}'`;
