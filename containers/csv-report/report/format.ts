const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const precise = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 6 });
const compact = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 });

/** `10,000`. */
export function count(value: number): string {
  return whole.format(value);
}

/** Six significant digits at least, all of an integer's: `38.4992`, `1,234,567`, `1.5e-9`. */
export function number(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e15)) return value.toExponential(4).replace(/\.?0+e/, 'e');
  return Number.isInteger(value) || size >= 1e6 ? whole.format(value) : precise.format(value);
}

/** For an axis: `1.2M`. */
export function short(value: number): string {
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e15) ? value.toExponential(1) : compact.format(value);
}

/** `28.4 %`; never `0 %` of something nor `100 %` of not everything. */
export function percent(part: number, total: number): string {
  if (total === 0 || part === 0) return '0 %';
  const share = (100 * part) / total;
  if (share < 0.1) return '< 0.1 %';
  if (part < total && share > 99.9) return '> 99.9 %';
  return `${share >= 99.95 || share === Math.round(share) ? Math.round(share) : share.toFixed(1)} %`;
}

/** `1.2 MB`, in powers of ten. */
export function bytes(value: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const power = value < 1000 ? 0 : Math.min(Math.floor(Math.log10(value) / 3), units.length - 1);
  return power === 0 ? `${value} bytes` : `${(value / 1000 ** power).toPrecision(3)} ${units[power]}`;
}

export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}
