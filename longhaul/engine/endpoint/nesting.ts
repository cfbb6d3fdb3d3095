/**
 * How deep JSON may be nested in what a service takes apart. AWS documents no number. This is the default of Jackson, which AWS's
 * own SDK for Java reads JSON with (StreamReadConstraints, `DEFAULT_MAX_DEPTH`), and far below where `JSON.stringify` overflows the stack.
 * https://javadoc.io/doc/com.fasterxml.jackson.core/jackson-core/latest/com/fasterxml/jackson/core/StreamReadConstraints.html
 */
const DEEPEST = 1000;

/** Whether lists and objects in this JSON are nested too deep. `JSON.parse` reads any depth; what handles the value then would fail. */
export function isTooDeep(json: string): boolean {
  // Most bodies are too short to be too deep.
  if (json.length <= DEEPEST) return false;
  let depth = 0;
  let isInString = false;
  for (const [token] of json.matchAll(/\\.|["[\]{}]/gs)) {
    if (token === '"') isInString = !isInString;
    else if (isInString) continue;
    else if (token === '[' || token === '{') depth += 1;
    else depth -= 1;
    if (depth > DEEPEST) return true;
  }
  return false;
}
