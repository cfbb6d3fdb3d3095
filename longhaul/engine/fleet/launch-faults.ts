import type { ServiceError } from '../endpoint/service.ts';

/** What AWS answers when it is asked for too much, or is itself in trouble. */
export type LaunchFault = 'throttled' | 'server-error';

/**
 * For tests and demonstrations: the next launches are refused, as AWS refuses them when throttled (`throttled`) or in
 * trouble (`server-error`). The SDKs retry both by themselves; Step Functions leaves it to the state's `Retry`.
 *
 * ```ts
 * batch.faults.next(3, 'throttled');
 * ```
 */
export class LaunchFaults {
  #errors: Record<LaunchFault, () => ServiceError>;
  #left: LaunchFault[] = [];

  constructor(errors: Record<LaunchFault, () => ServiceError>) {
    this.#errors = errors;
  }

  next(count: number, fault: LaunchFault): void {
    this.#left.push(...Array<LaunchFault>(count).fill(fault));
  }

  /** @throws ServiceError when a fault is due */
  strike(): void {
    const fault = this.#left.shift();
    if (fault) throw this.#errors[fault]();
  }
}
