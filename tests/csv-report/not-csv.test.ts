import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { NotCsvError } from '../../containers/csv-report/csv/not-csv.ts';
import { profile } from './profile.ts';

const rows = (count: number) => Array.from({ length: count }, (_, i) => `${i},Zürich\n`).join('');
const latin1 = Buffer.concat([
  Buffer.from(`a,b\n${rows(20_000)}`),
  Buffer.from('7,M\xfcnchen\n', 'latin1'),
  Buffer.from(rows(9)),
]);

describe('what is no CSV', () => {
  it.each([
    ['an empty object', '', 'The object is empty (0 bytes).'],
    ['a byte order mark alone', '\ufeff', 'nothing but blank lines'],
    ['blank lines', '\n\r\n\n', 'nothing but blank lines'],
    ['a header without records', 'a,b,c\n', 'The object has a header with 3 columns and no records.'],
    [
      'records that all have another number of fields',
      'a,b\n1\n1,2,3\n',
      'fits its header with 2 columns; line 2 has 1 fields',
    ],
    ['a PDF', '%PDF-1.7\n…', 'it is a PDF document'],
    ['an Excel workbook', Buffer.from('PK\x03\x04\x14\x00\x06'), 'export the sheet as CSV'],
    ['a compressed file', gzipSync('a,b\n1,2\n'), 'gzip-compressed: decompress it first'],
    ['an HTML page', '\n<!DOCTYPE html>\n<html>', 'it is an HTML page'],
    ['an XML document', '<?xml version="1.0"?>\n<a/>', 'it is an XML document'],
    ['JSON', '[\n  {"a": 1},\n  {"a": 2}\n]', 'it is JSON'],
    ['JSON lines', '{"a":1}\n{"a":2}\n', 'it is JSON'],
    [
      'UTF-16 with a byte order mark',
      Buffer.from('\ufeffa,b\n1,2\n', 'utf16le'),
      'UTF-16 (little-endian) text: convert it to UTF-8',
    ],
    ['UTF-16 without one', Buffer.from('a,b\n1,2\n', 'utf16le'), 'this looks like UTF-16'],
    [
      'a binary file',
      Buffer.from([65, 66, 10, 67, 0, 1, 2]),
      'NUL byte at byte offset 4 (line 2): this is a binary file',
    ],
    [
      'Windows-1252 far into the file',
      latin1,
      `The byte 0xFC at byte offset ${latin1.indexOf(0xfc, latin1.length - 150)} (line 20002) is not valid UTF-8`,
    ],
    [
      'a character cut off at the end',
      Buffer.from('a,b\n1,ü').subarray(0, -1),
      'The byte 0xC3 at byte offset 6 (line 2)',
    ],
    ['one endless line', 'ä'.repeat(1_500_000), 'no line that ends in its first 1048576 bytes'],
    ['an endless line after good ones', `a,b\n1,2\n${'x'.repeat(1_500_000)}\n`, 'Line 3 is longer than 1048576 bytes'],
    ['a first quote that is never closed', '"a,b\n1,2\n', 'a quote in it is not closed'],
    ['more columns than anyone can read', `${'a,'.repeat(3000)}\n1\n`, 'has 3001 fields; at most 2000'],
  ])('%s is refused with a reason', (_, content, reason) => {
    for (const sizes of [[65_536], [1000, 70_001], [10_000_000]]) {
      expect(() => profile(content, sizes)).toThrow(NotCsvError);
      expect(() => profile(content, sizes)).toThrow(reason);
    }
  });
});
