/** The value in a JSON text; undefined for any other text. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The value in a JSON text, or the text itself when it is none. */
export function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The object in a JSON text; an empty one for everything else: a text that was cut off, or that somebody wrote by hand. */
export function objectIn(text: string | undefined): Record<string, unknown> {
  const value = parsedJson(text ?? '');
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
