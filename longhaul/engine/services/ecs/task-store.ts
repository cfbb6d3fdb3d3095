import type { DatabaseSync } from 'node:sqlite';
import type { Task } from '@aws-sdk/client-ecs';

/** What a repeated RunTask is recognized by: the caller's client token with its request, or Step Functions' own request. */
export interface Origin {
  clientToken?: string | undefined;
  /** The request as JSON, compared when the client token is used again. */
  request: string;
  requestId?: string | undefined;
}

/** Every task, as DescribeTasks shows it. */
export class TaskStore {
  #db: DatabaseSync;
  #waiting = new Map<string, ((task: Task) => void)[]>();

  constructor(db: DatabaseSync) {
    this.#db = db;
    db.exec(`
      CREATE TABLE IF NOT EXISTS ecs_tasks (
        arn TEXT PRIMARY KEY, cluster TEXT NOT NULL, last_status TEXT NOT NULL, created_at INTEGER NOT NULL,
        client_token TEXT, request TEXT NOT NULL, request_id TEXT, detail TEXT NOT NULL
      ) STRICT;
      CREATE INDEX IF NOT EXISTS ecs_tasks_by_status ON ecs_tasks (cluster, last_status, created_at);
      CREATE INDEX IF NOT EXISTS ecs_tasks_by_token ON ecs_tasks (client_token) WHERE client_token IS NOT NULL;
      CREATE INDEX IF NOT EXISTS ecs_tasks_by_request ON ecs_tasks (request_id) WHERE request_id IS NOT NULL;
    `);
  }

  /** Takes away stopped tasks that were created before a time, in milliseconds. */
  forget(before: number): void {
    this.#db.prepare("DELETE FROM ecs_tasks WHERE last_status = 'STOPPED' AND created_at < ?").run(before);
  }

  add(task: Task, { clientToken, request, requestId }: Origin): void {
    this.#db
      .prepare(`INSERT INTO ecs_tasks (arn, cluster, last_status, created_at, client_token, request, request_id, detail)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)`)
      .run(
        task.taskArn!,
        task.clusterArn!,
        task.lastStatus!,
        task.createdAt!.getTime(),
        clientToken ?? null,
        request,
        requestId ?? null,
        JSON.stringify(task),
      );
  }

  save(task: Task): void {
    this.#db
      .prepare('UPDATE ecs_tasks SET last_status = ?, detail = ? WHERE arn = ?')
      .run(task.lastStatus!, JSON.stringify(task), task.taskArn!);
    if (task.lastStatus !== 'STOPPED') return;
    const waiting = this.#waiting.get(task.taskArn!) ?? [];
    this.#waiting.delete(task.taskArn!);
    for (const tell of waiting) tell(structuredClone(task));
  }

  get(arn: string): Task | undefined {
    return this.#many('SELECT detail FROM ecs_tasks WHERE arn = ?', arn)[0];
  }

  ofRequest(requestId: string): Task[] {
    return this.#many('SELECT detail FROM ecs_tasks WHERE request_id = ?', requestId);
  }

  /** The tasks that were started with this client token, and the request that it came with. */
  ofClientToken(cluster: string, token: string): { tasks: Task[]; request: string } | undefined {
    const sql = 'SELECT request FROM ecs_tasks WHERE client_token = ? AND cluster = ?';
    const row = this.#db.prepare(sql).get(token, cluster) as { request: string } | undefined;
    const tasks = 'SELECT detail FROM ecs_tasks WHERE client_token = ? AND cluster = ?';
    return row && { tasks: this.#many(tasks, token, cluster), request: row.request };
  }

  /** Resolves when the task has stopped: never, when the engine stops first. */
  async stopped(arn: string): Promise<Task> {
    const task = this.get(arn);
    if (task?.lastStatus === 'STOPPED') return task;
    return new Promise((resolve) => {
      this.#waiting.set(arn, [...(this.#waiting.get(arn) ?? []), resolve]);
    });
  }

  unfinished(): Task[] {
    return this.#many("SELECT detail FROM ecs_tasks WHERE last_status <> 'STOPPED' ORDER BY rowid");
  }

  /** Newest first. */
  ofCluster(cluster: string, state: 'stopped' | 'alive'): Task[] {
    const comparison = state === 'stopped' ? '=' : '<>';
    return this.#many(
      `SELECT detail FROM ecs_tasks WHERE cluster = ? AND last_status ${comparison} 'STOPPED' ORDER BY rowid DESC`,
      cluster,
    );
  }

  #many(sql: string, ...parameters: string[]): Task[] {
    const rows = this.#db.prepare(sql).all(...parameters) as { detail: string }[];
    return rows.map(({ detail }) => JSON.parse(detail, revive) as Task);
  }
}

/** The times of a task, all of them at its top: createdAt, startedAt, stoppedAt and so on. */
function revive(this: Task, key: string, value: unknown): unknown {
  return key.endsWith('At') && typeof value === 'string' && 'taskDefinitionArn' in this ? new Date(value) : value;
}
