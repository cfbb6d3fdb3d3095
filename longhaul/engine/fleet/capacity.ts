import type { CapacityKind } from './container.ts';

/** A pool of capacity: a compute environment of Batch, a capacity provider of an ECS cluster. */
export interface Pool {
  kind: CapacityKind;
  /** The most that may be in use at once. */
  vcpus: number;
}

/** Why the first in a line waits: it asks for more than any pool will ever have, or there is no Spot capacity. */
export type Blocked = 'too-large' | 'no-capacity';

export interface CapacityRequest {
  /** Who waits in one line is served in order. */
  line: string;
  /** The line with the higher number is served first. */
  priority: number;
  /** Names of pools, the preferred one first. */
  pools: string[];
  vcpus: number;
  /** Aborted: it waits no longer, and the promise rejects with the signal's reason. */
  signal: AbortSignal;
  /** Told when the reason for waiting changes; undefined when it merely waits for its turn. */
  blocked?(reason: Blocked | undefined): void;
}

export interface Lease {
  pool: string;
  /** Gives the vCPUs back; a second call does nothing. */
  release(): void;
}

interface Waiting extends CapacityRequest {
  reason: Blocked | undefined;
  grant(lease: Lease): void;
}

/** The vCPUs of every pool, and who waits for them. Knows nothing of processes. */
export class Capacity {
  #pools = new Map<string, Pool & { used: number }>();
  #waiting: Waiting[] = [];
  #unavailable = new Set<CapacityKind>();
  #closed = false;

  define(name: string, pool: Pool): void {
    this.#pools.set(name, { ...pool, used: 0 });
  }

  /**
   * For tests and demonstrations: as if AWS had no such capacity to give at the moment. What runs keeps running; what
   * is launched meanwhile waits (Batch) or is refused (ECS).
   */
  set(kind: CapacityKind, state: 'available' | 'unavailable'): void {
    if (state === 'unavailable') this.#unavailable.add(kind);
    else this.#unavailable.delete(kind);
    this.#serve();
  }

  isAvailable(kind: CapacityKind): boolean {
    return !this.#unavailable.has(kind);
  }

  acquire(request: CapacityRequest): Promise<Lease> {
    return new Promise((resolve, reject) => {
      request.signal.throwIfAborted();
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(request.signal.reason);
        this.#serve();
      };
      const waiting: Waiting = {
        ...request,
        reason: undefined,
        grant: (lease) => {
          request.signal.removeEventListener('abort', leave);
          resolve(lease);
        },
      };
      request.signal.addEventListener('abort', leave, { once: true });
      this.#waiting.push(waiting);
      this.#serve();
    });
  }

  /** Whoever waits goes on waiting, for ever: nothing is granted any more. */
  close(): void {
    this.#closed = true;
  }

  /** Grants what can be granted. The first of a line holds back the others of it, unless it could never be served. */
  #serve(): void {
    if (this.#closed) return;
    const heldBack = new Set<string>();
    for (const waiting of this.#waiting.toSorted((a, b) => b.priority - a.priority)) {
      // Whoever is told of a reason may leave at once, and that serves the others.
      if (heldBack.has(waiting.line) || !this.#waiting.includes(waiting)) continue;
      const lease = this.#lease(waiting);
      if (lease) {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        waiting.grant(lease);
        continue;
      }
      const reason = this.#reason(waiting);
      if (reason !== 'too-large') heldBack.add(waiting.line);
      if (reason === waiting.reason) continue;
      waiting.reason = reason;
      waiting.blocked?.(reason);
    }
  }

  #lease({ pools, vcpus }: CapacityRequest): Lease | undefined {
    for (const name of pools) {
      const pool = this.#pools.get(name);
      if (!pool || this.#unavailable.has(pool.kind) || pool.used + vcpus > pool.vcpus) continue;
      pool.used += vcpus;
      let held = true;
      const release = () => {
        if (!held) return;
        held = false;
        pool.used -= vcpus;
        this.#serve();
      };
      return { pool: name, release };
    }
    return undefined;
  }

  #reason({ pools, vcpus }: CapacityRequest): Blocked | undefined {
    const known = pools.map((name) => this.#pools.get(name)).filter((pool) => pool !== undefined);
    const largeEnough = known.filter((pool) => pool.vcpus >= vcpus);
    if (largeEnough.length === 0) return 'too-large';
    return largeEnough.every((pool) => this.#unavailable.has(pool.kind)) ? 'no-capacity' : undefined;
  }
}
