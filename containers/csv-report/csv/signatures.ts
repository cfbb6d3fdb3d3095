import { NotCsvError } from './not-csv.ts';

/** What files that are often uploaded by mistake begin with. */
const SIGNATURES: [prefix: Buffer, is: string][] = [
  [Buffer.from('%PDF-'), 'a PDF document'],
  [Buffer.from('PK\x03\x04'), 'a ZIP archive or an Excel workbook (.xlsx): export the sheet as CSV'],
  [Buffer.from([0xd0, 0xcf, 0x11, 0xe0]), 'an old Excel or Word document: export the sheet as CSV'],
  [Buffer.from([0x1f, 0x8b]), 'gzip-compressed: decompress it first'],
  [Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), 'zstd-compressed: decompress it first'],
  [Buffer.from('BZh'), 'bzip2-compressed: decompress it first'],
  [Buffer.from('PAR1'), 'a Parquet file'],
  [Buffer.from('\x89PNG', 'latin1'), 'a PNG image'],
  [Buffer.from([0xff, 0xd8, 0xff]), 'a JPEG image'],
  [Buffer.from('GIF8'), 'a GIF image'],
  [Buffer.from('SQLite format 3'), 'an SQLite database'],
  [Buffer.from([0xff, 0xfe]), 'UTF-16 (little-endian) text: convert it to UTF-8'],
  [Buffer.from([0xfe, 0xff]), 'UTF-16 (big-endian) text: convert it to UTF-8'],
];

const MARKUP: [pattern: RegExp, is: string][] = [
  [/^\s*<(!doctype html|html|head|body)\b/i, 'an HTML page'],
  [/^\s*<(\?xml|svg)\b/i, 'an XML document'],
  [/^\s*(\{\s*(["}]|$)|\[\s*(["{[\]]|-?\d))/, 'JSON'],
];

/** Refuses, by its first bytes, a file that is something else than CSV. */
export function requireNoSignature(head: Buffer): void {
  for (const [prefix, is] of SIGNATURES) {
    if (head.subarray(0, prefix.length).equals(prefix)) throw notCsv(is);
  }
  const text = head.toString('latin1', 0, 200).replace(/^\u00ef\u00bb\u00bf/, '');
  for (const [pattern, is] of MARKUP) if (pattern.test(text)) throw notCsv(is);
}

function notCsv(is: string): NotCsvError {
  return new NotCsvError(`The object is not CSV: it is ${is}.`);
}
