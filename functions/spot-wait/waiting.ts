/** A job at the front of the Spot queue. */
export interface FrontJob {
  jobId: string;
  vcpus: number;
}

/** What the last sweep left for the next one: since when there has been room for a job, by its id. ISO 8601, in UTC. */
export type RoomSince = Record<string, string>;

export interface Sweep {
  /** The queue's first jobs, in the order in which they are started. */
  front: FrontJob[];
  /** vCPUs that the environment may use beside what it uses. */
  freeVcpus: number;
  last: RoomSince;
  now: Date;
  waitSeconds: number;
}

/**
 * Who has waited for Spot capacity for too long, and what to remember of the others.
 *
 * Batch starts the jobs of a queue in their order. So while the first ones wait, vCPUs in use only become fewer: a job for which there was
 * room at one time, and that still waits, has had room ever since. What it lacks is capacity. The others wait for their turn.
 */
export function sweep({ front, freeVcpus, last, now, waitSeconds }: Sweep): { tooLong: string[]; next: RoomSince } {
  const since = withRoom(front, freeVcpus).map((jobId) => [jobId, last[jobId] ?? now.toISOString()] as const);
  const isTooLong = (time: string) => Date.parse(time) <= now.getTime() - waitSeconds * 1000;
  return {
    tooLong: since.filter(([, time]) => isTooLong(time)).map(([jobId]) => jobId),
    next: Object.fromEntries(since.filter(([, time]) => !isTooLong(time))),
  };
}

/** The jobs that lack nothing but capacity. From the first one that does not fit on, jobs wait for their turn. */
function withRoom(front: FrontJob[], freeVcpus: number): string[] {
  let free = freeVcpus;
  const waiting = front.findIndex(({ vcpus }) => {
    free -= vcpus;
    return free < 0;
  });
  return (waiting < 0 ? front : front.slice(0, waiting)).map(({ jobId }) => jobId);
}
