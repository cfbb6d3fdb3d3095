import type { XMLParser } from 'fast-xml-parser';
import { type Xml, xmlDocument } from '../../endpoint/xml.ts';
import { s3Error } from './errors.ts';

export type { Xml } from '../../endpoint/xml.ts';

/** Writes an S3 response document. */
export function writeXml(root: string, content: Xml, namespace = true): string {
  return xmlDocument(root, content, namespace ? 'http://s3.amazonaws.com/doc/2006-03-01/' : undefined);
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
