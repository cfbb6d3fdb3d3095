import { BlockList } from 'node:net';
import { assert, constantFrom, integer, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cidr } from '../../longhaul/engine/template/intrinsics/cidr.ts';
import type { Scope } from '../../longhaul/engine/template/intrinsics/scope.ts';
import { resolved } from './template-load.ts';

/** Without templates around it: arguments are what they are. */
const plain = { evaluate: (value) => value } as Pick<Scope, 'evaluate'> as Scope;
const blocksOf = (block: string, count: number, bits: number) => cidr([block, count, bits], plain) as string[];

describe('Fn::Cidr', () => {
  it("gives the blocks of CloudFormation's example", () => {
    expect(resolved('!Cidr ["192.168.0.0/24", 6, 5]')).toEqual([
      '192.168.0.0/27',
      '192.168.0.32/27',
      '192.168.0.64/27',
      '192.168.0.96/27',
      '192.168.0.128/27',
      '192.168.0.160/27',
    ]);
    expect(resolved('{ "Fn::Cidr": ["10.0.0.0/16", "2", "8"] }')).toEqual(['10.0.0.0/24', '10.0.1.0/24']);
  });

  it("splits a VPC's IPv6 block into /64 networks", () => {
    expect(blocksOf('2600:1f18:1234:5600::/56', 3, 64)).toEqual([
      '2600:1f18:1234:5600::/64',
      '2600:1f18:1234:5601::/64',
      '2600:1f18:1234:5602::/64',
    ]);
    expect(blocksOf('::/0', 2, 127)).toEqual(['::/1', '8000::/1']);
  });

  it('begins at the network that the address is in', () => {
    expect(blocksOf('10.1.2.3/16', 1, 8)).toEqual(['10.1.0.0/24']);
  });

  it.each([
    [['10.0.0.0/24', 9, 5], '10.0.0.0/24 holds 8 blocks of /27, and 9 were asked for'],
    [['10.0.0.0/24', 1, 9], '10.0.0.0/24 holds 0 blocks of /23'],
    [['10.0.0.0/8', 257, 8], "Fn::Cidr's count must be a whole number, from 1 to 256, not 257"],
    [['10.0.0.0/8', 1, 33], "Fn::Cidr's cidrBits must be a whole number, from 1 to 32, not 33"],
    [['10.0.0.0', 1, 8], 'must be like 10.0.0.0/16 or 2001:db8::/56, not "10.0.0.0"'],
    [['10.0.0.0/33', 1, 8], 'not "10.0.0.0/33"'],
    [['10.0.0.256/8', 1, 8], 'not "10.0.0.256/8"'],
    [['10.0.0.0/8', 1], 'Fn::Cidr [ipBlock, count, cidrBits] is the form'],
  ])('refuses %j', (argument, message) => {
    expect(() => cidr(argument, plain)).toThrow(message);
  });

  it('lays IPv4 blocks side by side, from the start of the whole', () => {
    const input = record({
      address: integer({ min: 0, max: 2 ** 32 - 1 }),
      prefix: integer({ min: 8, max: 31 }),
      bits: integer({ min: 1, max: 24 }),
      count: integer({ min: 1, max: 256 }),
    }).filter(({ prefix, bits, count }) => count * 2 ** bits <= 2 ** (32 - prefix));
    assert(
      property(input, ({ address, prefix, bits, count }) => {
        const dotted = (number: number) =>
          [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
        const network = Math.floor(address / 2 ** (32 - prefix)) * 2 ** (32 - prefix);
        const expected = Array.from({ length: count }, (_, n) => `${dotted(network + n * 2 ** bits)}/${32 - bits}`);
        expect(blocksOf(`${dotted(address)}/${prefix}`, count, bits)).toEqual(expected);
      }),
    );
  });

  it('gives IPv6 blocks that lie in the whole and do not overlap', () => {
    const input = record({
      group: integer({ min: 0, max: 0xffff }),
      last: integer({ min: 0, max: 0xffff }),
      prefix: constantFrom(40, 48, 56, 60, 63),
      count: integer({ min: 1, max: 6 }),
    }).filter(({ prefix, count }) => count <= 2 ** (64 - prefix));
    assert(
      property(input, ({ group, last, prefix, count }) => {
        const whole = `2001:db8:${group.toString(16)}:${last.toString(16)}::`;
        const blocks = blocksOf(`${whole}/${prefix}`, count, 64).map((block) => block.split('/')[0]!);
        const list = new BlockList();
        list.addSubnet(whole, prefix, 'ipv6');
        expect(blocks.every((start) => list.check(start, 'ipv6'))).toBe(true);
        const taken = new BlockList();
        for (const start of blocks) {
          expect(taken.check(start, 'ipv6')).toBe(false);
          taken.addSubnet(start, 64, 'ipv6');
        }
      }),
    );
  });
});
