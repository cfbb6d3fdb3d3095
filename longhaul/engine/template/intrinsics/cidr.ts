import { isIPv4, isIPv6 } from 'node:net';
import { TemplateError } from '../template-error.ts';
import { listOf, textOf, wholeNumberOf } from './arguments.ts';
import type { Intrinsic } from './scope.ts';

interface Family {
  bits: 32 | 128;
  parse(address: string): bigint;
  format(address: bigint): string;
}

const ipv4: Family = {
  bits: 32,
  parse: (address) => address.split('.').reduce((sum, part) => (sum << 8n) | BigInt(part), 0n),
  format: (address) => [24n, 16n, 8n, 0n].map((shift) => (address >> shift) & 0xffn).join('.'),
};

const ipv6: Family = {
  bits: 128,
  parse(address) {
    const [head = '', tail] = canonical(address).split('::');
    const groups = (text = '') => (text === '' ? [] : text.split(':'));
    const zeros = 8 - groups(head).length - groups(tail).length;
    const all = [...groups(head), ...new Array<string>(zeros).fill('0'), ...groups(tail)];
    return all.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
  },
  format(address) {
    const groups = Array.from({ length: 8 }, (_, index) => (address >> BigInt(112 - 16 * index)) & 0xffffn);
    return canonical(groups.map((group) => group.toString(16)).join(':'));
  },
};

/** RFC 5952's shortest form, which is how a URL's host is written. */
function canonical(address: string): string {
  return new URL(`http://[${address}]`).hostname.slice(1, -1);
}

/**
 * `[ipBlock, count, cidrBits]`: the first `count` (1 to 256) blocks with `cidrBits` bits for hosts each: 8 makes a /24 in IPv4
 * and a /120 in IPv6.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-cidr.html
 */
export const cidr: Intrinsic = (argument, scope) => {
  const [ipBlock, countOf, bitsOf] = listOf(argument, 'Fn::Cidr [ipBlock, count, cidrBits]', 3);
  const block = textOf(ipBlock!, "Fn::Cidr's ipBlock", scope);
  const { family, address, prefix } = parseBlock(block);
  const count = wholeNumberOf(countOf!, "Fn::Cidr's count", scope, 1, 256);
  const hostBits = wholeNumberOf(bitsOf!, "Fn::Cidr's cidrBits", scope, 1, family.bits);
  const available = hostBits > family.bits - prefix ? 0n : 1n << BigInt(family.bits - prefix - hostBits);
  if (BigInt(count) > available) {
    throw new TemplateError(
      `Fn::Cidr: ${block} holds ${available} blocks of /${family.bits - hostBits}, and ${count} were asked for`,
    );
  }
  const hosts = BigInt(family.bits - prefix);
  const network = (address >> hosts) << hosts;
  return Array.from({ length: count }, (_, index) => {
    const start = network + (BigInt(index) << BigInt(hostBits));
    return `${family.format(start)}/${family.bits - hostBits}`;
  });
};

function parseBlock(block: string) {
  const [address = '', length = '', ...rest] = block.split('/');
  const family = isIPv4(address) ? ipv4 : isIPv6(address) ? ipv6 : undefined;
  const prefix = /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN;
  if (!family || rest.length > 0 || !(prefix <= family.bits)) {
    throw new TemplateError(`Fn::Cidr's ipBlock must be like 10.0.0.0/16 or 2001:db8::/56, not "${block}"`);
  }
  return { family, address: family.parse(address), prefix };
}
