import { ambientClients } from './aws.ts';
import { INLINE_LIMIT } from './override.ts';
import { artifactsPrefix, type Stack } from './stack.ts';

/** What an execution delivered, where it lies. */
export interface StoredResult {
  /** `s3://…/executions/<id>/result.json`. There is no such object when the job delivered nothing. */
  uri: string;
  /** Its JSON: `null` when the job left none, as a container without the runtime. Undefined when it is over the limit. */
  text?: string;
}

/**
 * The result of an execution, to be handed to the next job.
 *
 * @param id - of the execution whose artifacts hold it: one that was resumed has them under the id of the first
 * @param limit - of bytes to be read; by default, what may fit into a container's environment
 * @throws whatever S3 answers when it refuses or cannot be reached
 */
export async function storedResult(stack: Stack, id: string, limit: number = INLINE_LIMIT): Promise<StoredResult> {
  const key = `${artifactsPrefix(id)}result.json`;
  const artifacts = await ambientClients().artifacts();
  const stored = await artifacts.readText(stack.artifactsBucket, key, limit);
  return { uri: `s3://${stack.artifactsBucket}/${key}`, ...(stored ?? { text: 'null' }) };
}
