import type { CheckpointFiles } from './checkpoint-files.ts';
import { type Inheritance, UnreadableCheckpointError } from './entry.ts';
import type { Fence } from './fence.ts';

/**
 * Claims the execution, and brings back what the last start left: its value, and its files into the checkpoint directory.
 * Falls back to the checkpoint before the newest if that cannot be read. Without any checkpoint, takes the result that
 * `published` finds: the fence is removed last, so a result without a fence means that the job is done. It looks after the
 * claim, because another start may publish and end before.
 * @throws SupersededError when a later start was here before
 */
export async function inherit(
  fence: Fence,
  files: CheckpointFiles,
  published: () => Promise<string | undefined>,
): Promise<Inheritance> {
  const newest = await fence.claim();
  if (Object.keys(newest).length === 0) {
    const result = await published();
    return result === undefined ? {} : { result };
  }
  if (newest.result !== undefined || !newest.files) return newest;
  try {
    await files.restore(newest.files, (await fence.previous())?.files ?? []);
    return newest;
  } catch (error) {
    if (!(error instanceof UnreadableCheckpointError)) throw error;
    return before(fence, files, error);
  }
}

async function before(fence: Fence, files: CheckpointFiles, reason: UnreadableCheckpointError): Promise<Inheritance> {
  await files.clear();
  const previous = await fence.fallBack(reason);
  if (!previous.files) return previous;
  try {
    await files.restore(previous.files, []);
    return previous;
  } catch (error) {
    if (!(error instanceof UnreadableCheckpointError)) throw error;
    await files.clear();
    fence.startOver(error);
    return {};
  }
}
