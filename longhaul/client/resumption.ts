/**
 * The name under which an execution is resumed: `<id>-r1`, then `<id>-r2`, … The runtime of a job takes a higher number for the
 * later one (longhaul/runtime/launch.ts).
 */
export function nextOf(id: string): string {
  const [, origin = id, number = '0'] = /^(.+)-r(\d+)$/.exec(id) ?? [];
  return `${origin}-r${Number(number) + 1}`;
}
