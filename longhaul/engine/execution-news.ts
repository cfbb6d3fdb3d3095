import type { CapacityKind, ContainerSpec } from './fleet/container.ts';
import type { Execution } from './services/states/store.ts';

/** Something that happened to an execution, as it happens. */
export type ExecutionNews = { id: string } & (
  | { what: 'started'; source: string | undefined }
  /** The capacity of its last container was taken away, and a new one continues. `interruptions`: 1, 2, … */
  | { what: 'interrupted'; interruptions: number; capacity: CapacityKind }
  /** An attempt failed, and the next one begins. `attempt`: 2, 3, … */
  | { what: 'retried'; attempt: number; maxAttempts: number; capacity: CapacityKind }
  | {
      what: 'ended';
      status: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
      reason: string | undefined;
      seconds: number;
    }
);

/** News of a start or an end. */
export function newsOfStatus(execution: Execution): ExecutionNews {
  const { name: id, status, input, startDate, stopDate } = execution;
  if (status === 'RUNNING') {
    const { source } = (JSON.parse(input) ?? {}) as { source?: unknown };
    return { id, what: 'started', source: source === undefined ? undefined : String(source) };
  }
  const seconds = ((stopDate ?? startDate) - startDate) / 1000;
  return { id, what: 'ended', status: status as 'FAILED', reason: reasonOf(execution), seconds };
}

/** The state machine's cause is JSON with a `reason`; that of somebody who stopped it is a text. */
function reasonOf({ error, cause }: Execution): string | undefined {
  if (cause === null) return error ?? undefined;
  try {
    return String(JSON.parse(cause).reason ?? cause);
  } catch {
    return cause;
  }
}

/** News of launches: what they say of the one before. */
export class LaunchNews {
  /** The last launch of each execution that runs. */
  readonly #last = new Map<string, { attempt: number; interruptions: number }>();

  /** Undefined for a first launch, and for containers of others. */
  of({ environment, capacity }: ContainerSpec): ExecutionNews | undefined {
    const id = environment.STP_EXECUTION_ID;
    if (id === undefined) return undefined;
    const attempt = Number(environment.STP_CURRENT_ATTEMPT);
    const interruptions = Number(environment.STP_INTERRUPTIONS);
    const before = this.#last.get(id) ?? { attempt: 1, interruptions: 0 };
    this.#last.set(id, { attempt, interruptions });
    if (interruptions > before.interruptions) return { id, what: 'interrupted', interruptions, capacity };
    const maxAttempts = Number(environment.STP_MAXIMUM_ATTEMPTS);
    return attempt > before.attempt ? { id, what: 'retried', attempt, maxAttempts, capacity } : undefined;
  }

  forget(id: string): void {
    this.#last.delete(id);
  }
}
