import type { DatabaseSync } from 'node:sqlite';
import type { JobDetail, JobStatus } from '@aws-sdk/client-batch';

const ENDED: (JobStatus | undefined)[] = ['SUCCEEDED', 'FAILED'];

/** Every job, as DescribeJobs shows it. */
export class JobStore {
  #db: DatabaseSync;
  #waiting = new Map<string, ((job: JobDetail) => void)[]>();

  constructor(db: DatabaseSync) {
    this.#db = db;
    db.exec(`
      CREATE TABLE IF NOT EXISTS batch_jobs (
        id TEXT PRIMARY KEY, request_id TEXT UNIQUE, queue TEXT NOT NULL, status TEXT NOT NULL,
        created_at INTEGER NOT NULL, detail TEXT NOT NULL
      ) STRICT;
      CREATE INDEX IF NOT EXISTS batch_jobs_by_status ON batch_jobs (status, queue, created_at);
      CREATE INDEX IF NOT EXISTS batch_jobs_by_queue ON batch_jobs (queue, created_at);
    `);
  }

  /** Takes away ended jobs that were submitted before a time, in milliseconds. */
  forget(before: number): void {
    this.#db.prepare("DELETE FROM batch_jobs WHERE status IN ('SUCCEEDED', 'FAILED') AND created_at < ?").run(before);
  }

  /** @param requestId what a repeated request for the same job is recognized by */
  add(job: JobDetail, requestId: string | undefined): void {
    this.#db
      .prepare('INSERT INTO batch_jobs (id, request_id, queue, status, created_at, detail) VALUES (?, ?, ?, ?, ?, ?)')
      .run(job.jobId!, requestId ?? null, job.jobQueue!, job.status!, job.createdAt!, JSON.stringify(job));
  }

  save(job: JobDetail): void {
    this.#db
      .prepare('UPDATE batch_jobs SET status = ?, detail = ? WHERE id = ?')
      .run(job.status!, JSON.stringify(job), job.jobId!);
    if (!ENDED.includes(job.status)) return;
    const waiting = this.#waiting.get(job.jobId!) ?? [];
    this.#waiting.delete(job.jobId!);
    for (const tell of waiting) tell(structuredClone(job));
  }

  get(id: string): JobDetail | undefined {
    return this.#one('SELECT detail FROM batch_jobs WHERE id = ?', id);
  }

  ofRequest(requestId: string): JobDetail | undefined {
    return this.#one('SELECT detail FROM batch_jobs WHERE request_id = ?', requestId);
  }

  /** Resolves when the job has ended: never, when the engine stops first. */
  async ended(id: string): Promise<JobDetail> {
    const job = this.get(id);
    if (job && ENDED.includes(job.status)) return job;
    return new Promise((resolve) => {
      this.#waiting.set(id, [...(this.#waiting.get(id) ?? []), resolve]);
    });
  }

  unfinished(): JobDetail[] {
    return this.#many("SELECT detail FROM batch_jobs WHERE status NOT IN ('SUCCEEDED', 'FAILED') ORDER BY rowid");
  }

  /** Newest first. */
  ofQueue(queue: string, status?: string): JobDetail[] {
    const order = 'ORDER BY created_at DESC, rowid DESC';
    return status === undefined
      ? this.#many(`SELECT detail FROM batch_jobs WHERE queue = ? ${order}`, queue)
      : this.#many(`SELECT detail FROM batch_jobs WHERE status = ? AND queue = ? ${order}`, status, queue);
  }

  #one(sql: string, parameter: string): JobDetail | undefined {
    return this.#many(sql, parameter)[0];
  }

  #many(sql: string, ...parameters: string[]): JobDetail[] {
    const rows = this.#db.prepare(sql).all(...parameters) as { detail: string }[];
    return rows.map(({ detail }) => JSON.parse(detail) as JobDetail);
  }
}
