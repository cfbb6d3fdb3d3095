import type { RunningEngine } from '../engine/announcement.ts';

/** What the engine's control routes refused: see `controlService`. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
  /** `NotRunning`, `OnDemand`, `UnknownSchedule`, … */
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Asks a running engine for what only it can do.
 *
 * @param path - behind `/_longhaul/`
 * @throws ControlError, or the error of a connection that fails, with its `code` (`ECONNREFUSED`)
 */
export async function control<Answer>({ url }: RunningEngine, path: string, body: object = {}): Promise<Answer> {
  const response = await fetch(`${url}/_longhaul/${path}`, { method: 'POST', body: JSON.stringify(body) }).catch(
    (error: Error) => {
      throw error.cause ?? error;
    },
  );
  const answer = (await response.json()) as Answer & { message: string };
  if (response.ok) return answer;
  throw new ControlError(response.headers.get('x-amzn-errortype') ?? String(response.status), answer.message);
}
