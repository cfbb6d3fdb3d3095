import type { S3Address } from './environment.ts';
import type { Fence } from './fence.ts';
import type { ObjectStore } from './objects.ts';

/** Everything below `checkpoint/`, the fence last: while it is there, a start that comes after this one finds the result. */
export async function removeCheckpoint(objects: ObjectStore, prefix: S3Address, fence: Fence): Promise<void> {
  const keys = await objects.list(prefix);
  await Promise.all(
    Array.from({ length: 8 }, async (_, lane) => {
      for (let index = lane; index < keys.length; index += 8) {
        const key = keys[index]!;
        if (!fence.is(key)) await objects.delete({ bucket: prefix.bucket, key });
      }
    }),
  );
  await fence.remove();
}
