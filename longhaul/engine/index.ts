import type { Engine } from './engine.ts';
import { explainLoadFailure } from './load-failure.ts';
import type { EngineOptions } from './options.ts';

export type { ExecutionNews } from './execution-news.ts';
export type { Engine, EngineOptions };

/**
 * Boots everything that the template declares, on loopback. What the engine consists of is loaded only now: the command line
 * has work that needs none of it, and the published package leaves the engine's packages to whoever runs it.
 *
 * @throws Error that says what to do: packages that are not installed, a port in use, a data directory in use, a template
 *   that cannot be read
 */
export async function startEngine(options: EngineOptions = {}): Promise<Engine> {
  const engine = await import('./engine.ts').catch(explainLoadFailure);
  return engine.startEngine(options);
}
