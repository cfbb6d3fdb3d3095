import { SFNClient, type SFNClientConfig } from '@aws-sdk/client-sfn';
import type { Artifacts } from './artifacts.ts';
import type { BatchJobs } from './batch-jobs.ts';
import type { EcsTasks } from './ecs-tasks.ts';
import type { LogStreams } from './log-streams.ts';

/** What the clients of the AWS SDK are made with; without them they ask the environment. `endpoint` is the engine's. */
export type AwsOptions = Pick<SFNClientConfig, 'region' | 'profile' | 'endpoint' | 'credentials'>;

/**
 * The services that executions are reached by. Triggers need Step Functions only and start cold often: every other client is
 * loaded when it is first asked for.
 */
export class AwsClients {
  readonly #options: AwsOptions;
  #stepFunctions: SFNClient | undefined;
  #artifacts: Promise<Artifacts> | undefined;
  #batch: Promise<BatchJobs> | undefined;
  #ecs: Promise<EcsTasks> | undefined;
  #logs: Promise<LogStreams> | undefined;

  constructor(options: AwsOptions = {}) {
    this.#options = options;
  }

  get stepFunctions(): SFNClient {
    this.#stepFunctions ??= new SFNClient(this.#options);
    return this.#stepFunctions;
  }

  artifacts(): Promise<Artifacts> {
    this.#artifacts ??= import('./artifacts.ts').then(({ Artifacts }) => new Artifacts(this.#options));
    return this.#artifacts;
  }

  batch(): Promise<BatchJobs> {
    this.#batch ??= import('./batch-jobs.ts').then(({ BatchJobs }) => new BatchJobs(this.#options));
    return this.#batch;
  }

  ecs(): Promise<EcsTasks> {
    this.#ecs ??= import('./ecs-tasks.ts').then(({ EcsTasks }) => new EcsTasks(this.#options));
    return this.#ecs;
  }

  logs(): Promise<LogStreams> {
    this.#logs ??= import('./log-streams.ts').then(({ LogStreams }) => new LogStreams(this.#options));
    return this.#logs;
  }
}

let ambient: AwsClients | undefined;

/** Those of this process, with the region and credentials that its environment names: what functions use. */
export function ambientClients(): AwsClients {
  ambient ??= new AwsClients();
  return ambient;
}
