import type { ExecutionNews } from './execution-news.ts';

/** How an engine is started. */
export interface EngineOptions {
  /** Where the template and its sources are. Default: the working directory. */
  projectDirectory?: string;
  /** Default `template.yaml` in the project. */
  template?: string;
  /** Stacks to run beside the app's: template files by stack name, each loaded after the one before it. */
  stacks?: Record<string, string>;
  /** Where state is kept between starts. Default `.aws-sam/longhaul` in the project. */
  dataDirectory?: string;
  /** Of the AWS endpoint; 0 finds a free one. Default 4566. */
  port?: number;
  /**
   * Another address of this machine that the AWS endpoint listens on, for containers that do not reach its loopback address:
   * `172.17.0.1`. Default: none.
   */
  listen?: string;
  /** Of the HTTP API; 0 finds a free one. Default 3000. */
  apiPort?: number;
  /** Template parameters, over those of samconfig.toml's `local` environment. */
  parameters?: Record<string, string>;
  /** Slows down the reading of S3 objects, over all readers. Default: as fast as it goes. */
  bytesPerSecond?: number;
  /** The least attempt timeout that Batch accepts, in seconds; AWS's and the default is 60. For tests. */
  minimumTimeoutSeconds?: number;
  /** After how long a queue with a time limit cancels a job that blocks it, in seconds; AWS's least is 600. For tests. */
  stateTimeLimitSeconds?: number;
  /** No container is left longer than this between SIGTERM and SIGKILL, in seconds. For tests. */
  longestStopTimeoutSeconds?: number;
  /** Before the second and the third attempt of an asynchronous invocation; AWS's and the default are 60 and 120. For tests. */
  functionRetrySeconds?: number[];
  /** Refuses what the role of a function or job does not allow, instead of only saying so. Default: false. */
  strict?: boolean;
  /** What the user should be told. */
  onNotice?(notice: string): void;
  /** Told of every execution that starts, is interrupted, tries again or ends. */
  onExecution?(news: ExecutionNews): void;
}
