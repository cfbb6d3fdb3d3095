import { isUtf8 } from 'node:buffer';
import { NotCsvError } from './not-csv.ts';

/**
 * Refuses bytes that are not UTF-8 text. `block` begins and ends between characters (records and lines do: no byte of a longer
 * character looks like a line end), so nothing has to be carried from block to block.
 */
export function requireText(block: Buffer, position: { offset: number; line: number }): void {
  const nul = block.indexOf(0);
  if (nul >= 0) {
    const wide = block[nul + 2] === 0 || block[nul - 2] === 0;
    throw new NotCsvError(
      `There is a NUL byte at ${place(block, nul, position)}: ${
        wide ? 'this looks like UTF-16. Convert it to UTF-8' : 'this is a binary file, not CSV'
      }.`,
    );
  }
  if (isUtf8(block)) return;
  const at = firstInvalid(block);
  const byte = `0x${block[at]!.toString(16).toUpperCase().padStart(2, '0')}`;
  throw new NotCsvError(
    `The byte ${byte} at ${place(block, at, position)} is not valid UTF-8. The file may be in Windows-1252 or ISO-8859-1; ` +
      'convert it, for example with: iconv -f WINDOWS-1252 -t UTF-8 in.csv > out.csv',
  );
}

/** The block without a last character whose bytes have not all come. */
export function wholeCharacters(block: Buffer): Buffer {
  for (let missing = 1; missing <= 3; missing++) {
    const byte = block.at(-missing) ?? 0;
    if (byte < 0x80) break;
    if (byte >= 0xc0) return missing < characterLength(byte) ? block.subarray(0, -missing) : block;
  }
  return block;
}

function characterLength(lead: number): number {
  return lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

function place(block: Buffer, at: number, position: { offset: number; line: number }): string {
  let line = position.line;
  for (let i = block.indexOf(10); i >= 0 && i < at; i = block.indexOf(10, i + 1)) line++;
  return `byte offset ${position.offset + at} (line ${line})`;
}

/** The index of the first byte that belongs to no well-formed UTF-8 character. */
function firstInvalid(block: Buffer): number {
  let at = 0;
  while (at < block.length) {
    const length = characterLength(block[at]!);
    if (at + length > block.length || !isUtf8(block.subarray(at, at + length))) return at;
    at += length;
  }
  return at;
}
