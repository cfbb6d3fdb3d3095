import { restJsonService, type Service, ServiceError } from '../../endpoint/index.ts';
import type { Fleet, Interruption } from '../../fleet/index.ts';
import type { Sources } from '../../sources/index.ts';

/** Under which path the engine's own routes are; no bucket may be called so. */
const PREFIX = '/_longhaul/';
const INTERRUPTIONS: readonly Interruption[] = ['notice', 'crash', 'cut-off'];

export interface ControlOptions {
  fleet: Pick<Fleet, 'running' | 'interrupt'>;
  fire: Sources['fire'];
}

/**
 * What only the engine can do, for programs beside it: JSON over HTTP, unsigned, and as the whole endpoint on loopback only.
 *
 * - `GET /_longhaul/running` → `{ containers: [{ id, executionId, capacity, startedAt }] }`
 * - `POST /_longhaul/interrupt/{executionId}`, `{ "how": "notice" | "crash" | "cut-off" }` → `{ executionId, how, ranFor }` when the
 *   container is gone. 404 `NotRunning`, 409 `OnDemand`.
 * - `POST /_longhaul/fire/{schedule}` → `{ requestId }` of the invocation. 404 `UnknownSchedule`.
 */
export function controlService({ fleet, fire }: ControlOptions): Service {
  async function interrupt({ executionId, how = 'notice' }: { executionId: string; how?: Interruption }) {
    if (!INTERRUPTIONS.includes(how)) {
      throw new ServiceError(
        'ValidationException',
        `how is ${JSON.stringify(how)}; accepted: ${INTERRUPTIONS.join(', ')}`,
      );
    }
    const container = fleet.running().find((one) => one.executionId === executionId);
    if (!container) {
      throw new ServiceError('NotRunning', `No container of the execution "${executionId}" runs at this moment.`, 404);
    }
    if (container.capacity !== 'spot') {
      const message = `The container of "${executionId}" runs on demand. Only Spot capacity is taken away.`;
      throw new ServiceError('OnDemand', message, 409);
    }
    await fleet.interrupt(executionId, how);
    return { executionId, how, ranFor: (Date.now() - container.startedAt) / 1000 };
  }

  function fireSchedule({ schedule }: { schedule: string }) {
    try {
      return { requestId: fire(schedule) };
    } catch (error) {
      throw new ServiceError('UnknownSchedule', (error as Error).message, 404);
    }
  }

  return {
    ...restJsonService('_longhaul', [
      ['GET', `${PREFIX}running`, () => ({ containers: fleet.running() })],
      ['POST', `${PREFIX}interrupt/{executionId}`, interrupt],
      ['POST', `${PREFIX}fire/{schedule+}`, fireSchedule],
    ]),
    matches: ({ url = '' }) => url.startsWith(PREFIX),
  };
}
