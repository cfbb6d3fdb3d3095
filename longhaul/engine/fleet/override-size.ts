/**
 * ECS allows 8,192 characters for the overrides of a task, the characters of the JSON included; Batch passes its own
 * overrides on to ECS. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html (overrides)
 */
export const OVERRIDE_CHARACTERS = 8192;

/** As ECS says it in an error, and Batch as the status reason of the job that it has already accepted. */
export const OVERRIDE_TOO_LONG = `Container Overrides length must be at most ${OVERRIDE_CHARACTERS}`;

/** Counted in the JSON that travels, in which a character outside ASCII may be an escape of six. */
export function overrideLength(override: unknown): number {
  const json = JSON.stringify(override);
  let length = json.length;
  for (let index = 0; index < json.length; index++) if (json.charCodeAt(index) > 127) length += 5;
  return length;
}
