/** The numbers of a column worked out the plain way, from all of its cells at once. */
export function naive(cells: string[]) {
  const filled = cells.map((cell) => cell.trim()).filter((cell) => cell !== '');
  const counts = new Map<string, number>();
  for (const cell of filled) counts.set(cell, (counts.get(cell) ?? 0) + 1);
  const numbers = filled.map(Number).sort((a, b) => a - b);
  const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
  const variance = numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (numbers.length - 1);
  return {
    filled: filled.length,
    empty: cells.length - filled.length,
    distinct: counts.size,
    top: [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)),
    count: (cell: string) => counts.get(cell) ?? 0,
    numbers,
    min: numbers[0]!,
    max: numbers.at(-1)!,
    mean,
    standardDeviation: Math.sqrt(variance),
    quantile(q: number) {
      const at = (numbers.length - 1) * q;
      const [low, high] = [numbers[Math.floor(at)]!, numbers[Math.ceil(at)]!];
      return low + (high - low) * (at - Math.floor(at));
    },
    /** Which share of the values is below `x`. */
    rank: (x: number) => numbers.filter((number) => number < x).length / numbers.length,
    lengths: filled.map((cell) => [...cell].length),
  };
}
