import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toFaithfulJson } from '../../longhaul/runtime/faithful-json.ts';

const back = (value: unknown) => JSON.parse(toFaithfulJson(value));

describe('a checkpoint', () => {
  it('comes back as it was, bit for bit, if it is accepted at all', () => {
    fc.assert(
      fc.property(
        fc.anything({ withNullPrototype: false, withSparseArray: true, withBigInt: true, withDate: true }),
        (value) => {
          let json: string;
          try {
            json = toFaithfulJson(value);
          } catch {
            return;
          }
          // Not strict: a property that is undefined reads the same when it is not there. -0 and 0 are told apart.
          expect(JSON.parse(json)).toEqual(value);
        },
      ),
    );
  });

  it('holds every JSON value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(back(value)).toStrictEqual(value);
      }),
    );
  });

  it('holds every finite double', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true })), (value) => {
        expect(back({ value })).toStrictEqual({ value });
      }),
    );
  });

  it('leaves properties out that are undefined', () => {
    expect(back({ a: 1, b: undefined })).toStrictEqual({ a: 1 });
  });

  class Sketch {
    count = 1;
  }
  const circle: { self?: unknown } = {};
  circle.self = circle;
  it.each([
    [{ columns: [{ mean: 1 }, { mean: Number.NaN }] }, 'its .columns[1].mean is NaN'],
    [[1, Number.POSITIVE_INFINITY], 'its [1] is Infinity'],
    [{ at: new Date(0) }, 'its .at is a Date; save date.toISOString()'],
    [{ seen: new Map() }, 'its .seen is a Map; save [...map]'],
    [{ seen: new Set() }, 'its .seen is a Set; save [...set]'],
    [{ n: 1n }, 'its .n is a BigInt; save it as text'],
    [{ registers: new Float64Array(2) }, 'its .registers is a Float64Array; save [...array]'],
    [{ bytes: Buffer.from('x') }, "its .bytes is a Buffer; save buffer.toString('base64')"],
    [{ sketch: new Sketch() }, 'its .sketch is a Sketch; save its data as a plain object'],
    [{ a: { toJSON: () => 1 } }, 'its .a.toJSON is a function'],
    [[1, undefined], 'its [1] is undefined; save null instead'],
    // biome-ignore lint/suspicious/noSparseArray: the hole is what is tested
    [[1, , 2], 'its [1] is undefined'],
    [undefined, 'it is undefined'],
    [Symbol('x'), 'it is a symbol'],
    [circle, 'it is no JSON: Converting circular structure'],
  ])('refuses what JSON would change: %#', (value, message) => {
    expect(() => toFaithfulJson(value)).toThrow(`The checkpoint cannot be saved: ${message}`);
  });
});
