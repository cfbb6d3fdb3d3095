/** An element's content: text, children by name (a list repeats the element), nothing for `undefined`. */
export type Xml = string | number | boolean | Date | undefined | Xml[] | { [name: string]: Xml };

/** Writes a response document. Dates are ISO 8601 with second precision. */
export function xmlDocument(root: string, content: Xml, namespace?: string): string {
  const attribute = namespace === undefined ? '' : ` xmlns="${namespace}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${attribute}>${inner(content)}</${root}>`;
}

function inner(content: Xml): string {
  if (content === undefined) return '';
  if (content instanceof Date) return isoSeconds(content);
  if (typeof content !== 'object') return escapeText(String(content));
  if (Array.isArray(content)) return content.map(inner).join('');
  return Object.entries(content)
    .flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((one) => element(name, one)))
    .join('');
}

const element = (name: string, content: Xml) => (content === undefined ? '' : `<${name}>${inner(content)}</${name}>`);

const isoSeconds = (date: Date) => `${date.toISOString().slice(0, 19)}.000Z`;

function escapeText(text: string): string {
  // A carriage return as it is would be read back as a newline.
  return text.replace(/[&<>"\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}
