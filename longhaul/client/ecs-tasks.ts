import { DescribeTasksCommand, ECSClient, type Task } from '@aws-sdk/client-ecs';
import type { AwsOptions } from './aws.ts';

/** Amazon ECS, as far as an execution's container is looked at. */
export class EcsTasks {
  readonly #ecs: ECSClient;

  constructor(options: AwsOptions) {
    this.#ecs = new ECSClient(options);
  }

  /** Undefined when ECS has forgotten the task, which it does an hour after its end. */
  async find(taskArn: string): Promise<Task | undefined> {
    // arn:aws:ecs:region:account:task/cluster/id
    const cluster = taskArn.split('/').at(-2);
    const { tasks = [] } = await this.#ecs.send(new DescribeTasksCommand({ cluster, tasks: [taskArn] }));
    return tasks[0];
  }
}
