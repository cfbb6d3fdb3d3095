import type { ServiceError } from '../endpoint/service.ts';

/**
 * What AWS answers when it is asked for too much, or is itself in trouble. With `answer-lost` the launch works, and the caller is
 * told of a server error all the same.
 */
export type LaunchFault = 'throttled' | 'server-error' | 'answer-lost';

/**
 * For tests and demonstrations: the next launches are refused, as AWS refuses them when throttled (`throttled`) or in
 * trouble (`server-error`). The SDKs retry both by themselves; Step Functions leaves it to the state's `Retry`.
 *
 * ```ts
 * batch.faults.next(3, 'throttled');
 * ```
 */
export class LaunchFaults {
  #errors: Record<Exclude<LaunchFault, 'answer-lost'>, () => ServiceError>;
  #left: LaunchFault[] = [];

  constructor(errors: Record<Exclude<LaunchFault, 'answer-lost'>, () => ServiceError>) {
    this.#errors = errors;
  }

  next(count: number, fault: LaunchFault): void {
    this.#left.push(...Array<LaunchFault>(count).fill(fault));
  }

  /**
   * Called before a launch. The result is called once it has worked.
   *
   * @throws ServiceError when a fault is due
   */
  strike(): () => void {
    const fault = this.#left.shift();
    if (fault && fault !== 'answer-lost') throw this.#errors[fault]();
    return () => {
      if (fault) throw this.#errors['server-error']();
    };
  }
}
