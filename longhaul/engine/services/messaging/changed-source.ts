import { registerHooks } from 'node:module';

/** What becomes of a module's source, by the module's URL. */
export type Changes = Record<string, (source: string) => string>;

/** Imports modules with changes to their source, where what has to change is not exported. Nobody may have loaded them before. */
export async function withChangedSource<T>(changes: Changes, load: () => Promise<T>): Promise<T> {
  const hooks = registerHooks({
    load(url, context, next) {
      const loaded = next(url, context);
      const change = changes[url];
      return change ? { ...loaded, source: change(String(loaded.source)) } : loaded;
    },
  });
  try {
    return await load();
  } finally {
    hooks.deregister();
  }
}
