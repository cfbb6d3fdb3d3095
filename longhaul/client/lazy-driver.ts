import type { Driver } from './driver.ts';

/** A driver that is made when it is first asked for something; again when that failed. */
export function lazyDriver(make: () => Promise<Driver>): Driver {
  let made: Promise<Driver> | undefined;
  const driver = (): Promise<Driver> => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
  return {
    start: async (request) => (await driver()).start(request),
    describe: async (id) => (await driver()).describe(id),
    list: async (query) => (await driver()).list(query),
    logs: async (id, query) => (await driver()).logs(id, query),
    result: async (id) => (await driver()).result(id),
    stop: async (id, reason) => (await driver()).stop(id, reason),
    resume: async (id) => (await driver()).resume(id),
  };
}
