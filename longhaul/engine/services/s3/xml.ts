import type { XMLParser } from 'fast-xml-parser';
import { s3Error } from './errors.ts';

/** An element's content: text, children by name (a list repeats the element), nothing for `undefined`. */
export type Xml = string | number | boolean | Date | undefined | Xml[] | { [name: string]: Xml };

/** Writes an S3 response document. Dates are ISO 8601 with second precision, as S3 lists them. */
export function writeXml(root: string, content: Xml, namespace = true): string {
  const attribute = namespace ? ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"' : '';
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

let parser: XMLParser | undefined;

/**
 * Reads a request document whose root element is `root`.
 *
 * @returns its children: text as a string, elements as objects, repeated elements as arrays
 * @throws MalformedXML
 */
export async function readXml(text: string, root: string): Promise<Record<string, unknown>> {
  const { XMLParser, XMLValidator } = await import('fast-xml-parser');
  if (XMLValidator.validate(text) !== true) throw s3Error('MalformedXML');
  parser ??= new XMLParser({
    ignoreAttributes: true,
    removeNSPrefix: true,
    parseTagValue: false,
    trimValues: false,
    htmlEntities: true,
  });
  const content: unknown = parsed(parser, text)[root];
  if (content === '') return {};
  if (typeof content !== 'object' || content === null) throw s3Error('MalformedXML');
  return content as Record<string, unknown>;
}

/** The parser refuses what is well-formed but dangerous: entities without end, elements called `__proto__`. */
function parsed(parser: XMLParser, text: string): Record<string, unknown> {
  try {
    return parser.parse(text);
  } catch {
    throw s3Error('MalformedXML');
  }
}

/** The elements of a name, which the parser gives as one object when there is only one. */
export function elements(value: unknown): Record<string, unknown>[] {
  if (value === undefined) return [];
  const list = Array.isArray(value) ? value : [value];
  return list.filter((one) => typeof one === 'object' && one !== null);
}

export const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
