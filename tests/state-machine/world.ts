import { NO_SPOT_CAPACITY } from '../../functions/spot-wait/reason.ts';
import {
  execute,
  type HistoryEvent,
  type Json,
  type Outcome,
  StateError,
  Suspended,
  type TaskRequest,
  VirtualClock,
} from '../../longhaul/asl/index.ts';
import { definition } from './machine.ts';

/** What may become of one launch of the container. */
export type Ending =
  | 'success'
  | 'exit1'
  | 'exit65'
  | 'exit75'
  | 'exit76'
  | 'exit143'
  | 'interruption'
  | 'exit0OnInterruption'
  | 'exit0OnMaintenance'
  | 'timeout'
  | 'noCapacity'
  | 'throttled'
  /** The launch works, but its answer is lost. */
  | 'lost'
  | 'stop';

export interface Launch {
  backend: 'batch' | 'ecs';
  capacity: 'spot' | 'onDemand';
  environment: Record<string, string>;
}

export interface Run {
  outcome: Outcome;
  launches: Launch[];
  /** The most containers that were alive at one time. */
  mostAlive: number;
  aliveAtEnd: number;
  strangersStopped: number;
  failedJobs: Json[];
  events: HistoryEvent[];
  waits: number[];
  /** Where the execution was left to wait for what becomes of its next launch. */
  paused?: Moment;
}

interface Container {
  backend: 'batch' | 'ecs';
  /** The task's ARN, or the job's id. */
  id: string;
  /** The task's group, or the job's name. */
  name: string;
  queue?: string;
  environment: Record<string, string>;
  stopping: boolean;
}

interface Moment {
  now: number;
  alive: Container[];
  positions: Map<string, Json>;
  refusedLaunches: number;
  run: Run;
}

const beginning: Moment = {
  now: Date.UTC(2026, 0, 1),
  alive: [],
  positions: new Map(),
  refusedLaunches: 0,
  run: {
    outcome: { status: 'ABORTED' },
    launches: [],
    mostAlive: 0,
    aliveAtEnd: 0,
    strangersStopped: 0,
    failedJobs: [],
    events: [],
    waits: [],
  },
};

export interface WorldOptions {
  input?: Json;
  name?: string;
  objects?: Record<string, string>;
  /** What ECS says when there is no capacity. */
  refusal?: { error: string; reason: string };
  /** What `throttled` and `lost` look like. Default: Batch's and ECS's own errors. */
  refused?: { error: string; cause: string };
  /** Containers of others, which are alive all the time. */
  strangers?: { name: string; environment: Record<string, string> }[];
  /** Always the same luck, so that what is compared does not vary. */
  random?: () => number;
}

/**
 * One execution in a world where the n-th launch ends as the n-th of `endings` says, and every later one like `after`.
 * The world counts the containers that are alive. With `pause` as `after` the execution is left before the launch that comes
 * after `endings`; another run goes on from there, once or many times.
 */
export async function run(
  job: 'on-batch' | 'on-ecs',
  endings: Ending[],
  {
    input = { job, event: { a: 1 } },
    name = 'execution-1',
    objects = {},
    refusal = { error: 'AmazonECS.Unknown', reason: 'Capacity is unavailable at this time.' },
    refused,
    strangers = [],
    random = () => 0.5,
  }: WorldOptions = {},
  after: Ending | 'pause' = 'success',
  from: Moment = beginning,
): Promise<Run> {
  const clock = new VirtualClock(from.now);
  const stop = new AbortController();
  const script = [...endings];
  const alive = new Set(from.alive.map((container) => ({ ...container })));
  const positions = new Map(from.positions);
  const run: Run = {
    ...from.run,
    launches: [...from.run.launches],
    failedJobs: [...from.run.failedJobs],
    events: [...from.run.events],
    waits: [...from.run.waits],
  };
  let { refusedLaunches } = from;

  const capacityOf = (request: TaskRequest): 'spot' | 'onDemand' =>
    JSON.stringify(request.arguments).match(/queue-on-demand|"FARGATE"/) ? 'onDemand' : 'spot';

  function launch(request: TaskRequest, backend: 'batch' | 'ecs'): Promise<Json> {
    const ending = script[0] ?? after;
    if (ending === 'pause') {
      run.paused = { now: clock.now(), alive: [...alive], positions, refusedLaunches, run: { ...run } };
      stop.abort(new Suspended());
      return new Promise(() => {});
    }
    if (ending === 'throttled') {
      script.shift();
      throw refused
        ? new StateError(refused.error, refused.cause)
        : backend === 'batch'
          ? new StateError('Batch.TooManyRequestsException', 'Rate exceeded')
          : new StateError(
              'ECS.AmazonECSException',
              'Rate exceeded (Service: AmazonECS; Error Code: ThrottlingException)',
            );
    }
    // There is no Spot capacity until the launch goes elsewhere; on demand there is none once. There a Batch job simply waits.
    if (ending === 'noCapacity') {
      if (capacityOf(request) === 'onDemand') {
        script.shift();
        if (backend === 'batch') return launch(request, backend);
      }
      if (++refusedLaunches > 1000) throw new Error('The machine asks for capacity that is not there for ever');
      throw backend === 'batch'
        ? new StateError(
            'States.TaskFailed',
            JSON.stringify({ Status: 'FAILED', StatusReason: `${NO_SPOT_CAPACITY} 600 seconds` }),
          )
        : new StateError(refusal.error, JSON.stringify({ Failures: [{ Reason: refusal.reason }], Tasks: [] }));
    }
    script.shift();
    run.launches.push({ backend, capacity: capacityOf(request), environment: environmentOf(request) });
    const number = run.launches.length;
    const { Group, JobName, JobQueue } = request.arguments as Record<string, string>;
    const container: Container = {
      backend,
      id: backend === 'ecs' ? `arn:aws:ecs:us-east-1:000000000000:task/jobs/task-${number}` : `job-${number}`,
      name: String(Group ?? JobName),
      ...(JobQueue && { queue: JobQueue }),
      environment: environmentOf(request),
      stopping: false,
    };
    alive.add(container);
    run.mostAlive = Math.max(run.mostAlive, alive.size);
    if (ending === 'lost') {
      throw refused
        ? new StateError(refused.error, refused.cause)
        : new StateError(backend === 'batch' ? 'Batch.ServerException' : 'ECS.SdkClientException', 'Unable to execute');
    }
    request.submitted({ JobId: `job-${number}` });
    return new Promise((resolve, reject) => {
      const end = (result: () => void) => {
        alive.delete(container);
        result();
      };
      request.signal.addEventListener('abort', () =>
        end(() => reject(new StateError('States.TaskFailed', 'cancelled'))),
      );
      if (ending === 'stop') queueMicrotask(() => stop.abort({ error: 'Stopped', cause: 'by a person' }));
      // On ECS nobody but the state machine ends a container that ignores its timeout: this one just runs.
      else if (ending === 'timeout' && backend === 'ecs') return;
      else queueMicrotask(() => end(() => settle(ending, backend, number, container.id, resolve, reject)));
    });
  }

  const others = strangers.map(
    (one, index): Container => ({ backend: 'batch', id: `stranger-${index}`, stopping: false, ...one }),
  );

  /** Containers as they are described; of those that were told to stop the stop timeout passes between two looks. */
  function look(ids: string[]): Container[] {
    const seen = [...others, ...alive].filter(({ id }) => ids.includes(id));
    for (const container of seen) if (container.stopping) alive.delete(container);
    return seen;
  }

  async function runTask(request: TaskRequest): Promise<Json> {
    const action = request.resource.split(':::')[1];
    const input = request.arguments as { [key: string]: Json };
    switch (action) {
      case 'batch:submitJob.sync':
        return launch(request, 'batch');
      case 'ecs:runTask.sync':
        return launch(request, 'ecs');
      case 'aws-sdk:batch:listJobs': {
        const [name = ''] = (input.Filters as { Values: string[] }[])[0]!.Values;
        const begins = name.slice(0, -1).toLowerCase();
        const listed = [...others, ...alive]
          .filter(
            ({ name, queue = input.JobQueue }) => name.toLowerCase().startsWith(begins) && queue === input.JobQueue,
          )
          .map(({ id, name }) => ({ JobId: id, JobName: name, Status: 'RUNNING' }));
        return { JobSummaryList: [...listed, { JobId: 'job-0', JobName: `${name}0`, Status: 'FAILED' }] };
      }
      case 'aws-sdk:batch:describeJobs':
        return {
          Jobs: look(input.Jobs as string[]).map(({ id, name, environment }) => ({
            JobId: id,
            JobName: name,
            Status: 'RUNNING',
            Container: { Environment: Object.entries(environment).map(([Name, Value]) => ({ Name, Value })) },
          })),
        };
      case 'aws-sdk:ecs:listTasks': {
        const stopping = input.DesiredStatus === 'STOPPED';
        return { TaskArns: [...others, ...alive].filter((one) => one.stopping === stopping).map(({ id }) => id) };
      }
      case 'aws-sdk:ecs:describeTasks':
        return {
          Tasks: look(input.Tasks as string[]).map(({ id, name }) => ({
            TaskArn: id,
            Group: name,
            LastStatus: 'RUNNING',
          })),
        };
      case 'aws-sdk:batch:terminateJob':
      case 'aws-sdk:ecs:stopTask': {
        const container = [...others, ...alive].find(({ id }) => id === (input.Task ?? input.JobId));
        if (container) container.stopping = true;
        return {};
      }
      case 'aws-sdk:s3:getObject': {
        const body = objects[String(input.Key)];
        if (body === undefined) throw new StateError('S3.NoSuchKeyException', 'The specified key does not exist.');
        const last = /^bytes=0-(\d+)$/.exec(String(input.Range))?.[1];
        return { Body: body.slice(0, Number(last) + 1) };
      }
      case 'aws-sdk:s3:putObject':
        objects[String(input.Key)] = JSON.stringify(input.Body);
        return { ETag: '"1"' };
      case 'sqs:sendMessage':
        run.failedJobs.push(input.MessageBody as Json);
        return { MessageId: '1' };
      default:
        throw new Error(`The world has no ${request.resource}`);
    }
  }

  const execution = execute(definition, {
    input,
    context: {
      execution: { id: `arn:execution:${name}`, name, roleArn: 'arn:role', startTime: clock.now() },
      stateMachine: { id: 'arn:machine', name: 'jobs' },
    },
    host: {
      run: runTask,
      random,
      clock: {
        now: () => clock.now(),
        until: (time, signal) => {
          run.waits.push((time - clock.now()) / 1000);
          return clock.until(time, signal);
        },
      },
      journal: {
        load: (path) => positions.get(path),
        save: (path, position) => void positions.set(path, position),
        clear: (path) => void positions.delete(path),
        record: (event) => void run.events.push(event),
        lastEventId: () => run.events.length,
      },
    },
    signal: stop.signal,
  });
  try {
    run.outcome = await execution;
  } catch (error) {
    if (!(error instanceof Suspended)) throw error;
  }
  run.aliveAtEnd = alive.size;
  run.strangersStopped = others.filter(({ stopping }) => stopping).length;
  return run;
}

/** What Batch says when the capacity went and the container ended with 0: the job has SUCCEEDED. */
const TOLD_TO_STOP: { [ending: string]: string } = {
  exit0OnInterruption: 'Your Spot Task was interrupted.',
  exit0OnMaintenance: 'ECS is performing maintenance on the underlying infrastructure hosting the task',
};

function settle(
  ending: Ending,
  backend: 'batch' | 'ecs',
  number: number,
  arn: string,
  resolve: (result: Json) => void,
  reject: (error: StateError) => void,
): void {
  const exitCode = { success: 0, exit1: 1, exit65: 65, exit75: 75, exit76: 76, exit143: 143 }[ending as string] ?? 0;
  // A container that was interrupted or timed out may end with any code, 0 among them.
  if (backend === 'batch') {
    const reason =
      ending in TOLD_TO_STOP
        ? TOLD_TO_STOP[ending]
        : ending === 'interruption'
          ? 'Host EC2 (instance i-0123456789abcdef0) terminated.'
          : ending === 'timeout'
            ? 'Job attempt duration exceeded timeout'
            : 'Essential container in task exited';
    const job = {
      JobId: `job-${number}`,
      StatusReason: reason,
      Container: {
        ...(ending !== 'interruption' && { ExitCode: exitCode }),
        LogStreamName: `on-batch/default/${number}`,
      },
    };
    if (ending === 'success' || ending in TOLD_TO_STOP) resolve({ ...job, Status: 'SUCCEEDED' });
    else reject(new StateError('States.TaskFailed', JSON.stringify({ ...job, Status: 'FAILED' })));
    return;
  }
  const task = {
    TaskArn: arn,
    LastStatus: 'STOPPED',
    // Where the text alone tells, ECS gave no code.
    ...(!(ending in TOLD_TO_STOP) && {
      StopCode: ending === 'interruption' ? 'SpotInterruption' : 'EssentialContainerExited',
    }),
    StoppedReason:
      TOLD_TO_STOP[ending] ??
      (ending === 'interruption' ? 'Your Spot Task was interrupted.' : 'Essential container in task exited'),
    Containers: [{ Name: 'job', ExitCode: exitCode }],
  };
  if (exitCode === 0) resolve(task);
  else reject(new StateError('States.TaskFailed', JSON.stringify(task)));
}

function environmentOf(request: TaskRequest): Record<string, string> {
  const input = request.arguments as {
    ContainerOverrides?: { Environment: { Name: string; Value: string }[] };
    Overrides?: { ContainerOverrides: { Environment: { Name: string; Value: string }[] }[] };
  };
  const environment =
    input.ContainerOverrides?.Environment ?? input.Overrides?.ContainerOverrides[0]?.Environment ?? [];
  return Object.fromEntries(environment.map(({ Name, Value }) => [Name, Value]));
}
