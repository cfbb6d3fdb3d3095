import type { Json } from '../../asl/index.ts';

export type KeyCase = 'camel' | 'pascal';

/**
 * The members of a request or an answer in the other case: Step Functions writes PascalCase whatever the service's API
 * has (developer guide, "Integrating with AWS services").
 */
export function recase(value: Json | undefined, to: KeyCase): Json {
  if (Array.isArray(value)) return value.map((item) => recase(item, to));
  if (value === null || typeof value !== 'object') return value ?? null;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [withCase(key, to), recase(member, to)]));
}

function withCase(key: string, to: KeyCase): string {
  const first = key.charAt(0);
  return (to === 'camel' ? first.toLowerCase() : first.toUpperCase()) + key.slice(1);
}
