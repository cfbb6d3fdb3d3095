import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LogLines } from '../../longhaul/engine/fleet/log-lines.ts';

/** Everything that `LogLines` makes of a text that arrives in pieces of the given sizes. */
function lines(text: string, sizes: number[], limit?: number): string[] {
  const cut = new LogLines(limit);
  const bytes = Buffer.from(text);
  const found: string[] = [];
  let from = 0;
  for (const size of sizes) {
    found.push(...cut.push(bytes.subarray(from, from + size)));
    from += size;
  }
  return [...found, ...cut.push(bytes.subarray(from)), ...cut.end()];
}

const TEXT = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\r', ''));
const SIZES = fc.array(fc.integer({ min: 1, max: 7 }));

test('However the output arrives, the lines are the same', () => {
  fc.assert(
    fc.property(fc.array(TEXT), SIZES, (parts, sizes) => {
      const text = parts.join('\n');
      expect(lines(text, sizes)).toEqual(text.split('\n').filter((line) => line !== ''));
    }),
  );
});

test('A long line becomes events within the limit, none of which cuts a character', () => {
  fc.assert(
    fc.property(TEXT, SIZES, fc.integer({ min: 4, max: 20 }), (text, sizes, limit) => {
      const line = text.replaceAll('\n', '');
      const events = lines(line, sizes, limit);
      expect(events.join('')).toBe(line);
      for (const event of events) expect(Buffer.byteLength(event)).toBeLessThanOrEqual(limit);
    }),
  );
});
