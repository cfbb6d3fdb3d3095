/** What is promised, or undefined when it takes longer; whoever promised goes on, as a function does on AWS. */
export async function within<T>(milliseconds: number, promised: Promise<T>): Promise<T | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), milliseconds);
  // Nobody hears of a failure that comes after the time is up.
  promised.catch(() => {});
  try {
    return await Promise.race([promised, promise]);
  } finally {
    clearTimeout(timer);
  }
}
