/**
 * A time as the context object has it. Step Functions leaves out the zeros at the end of the fraction, and the fraction when
 * nothing is left of it (input-output-contextobject.html).
 */
export function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.?0+Z$/, 'Z');
}
