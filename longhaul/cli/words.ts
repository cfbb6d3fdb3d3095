/** `45 s`, `12 min`, `3 h 20 min`, `4 days`: as exact as a person needs it. @param milliseconds - 0 or more */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 99.5) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  const days = Math.round(hours / 24);
  return days === 1 ? '1 day' : `${days} days`;
}

/** How long ago something was: `just now`, `45 s ago`, `3 h 20 min ago`. */
export function ago(time: string | Date, now: number = Date.now()): string {
  const milliseconds = now - new Date(time).getTime();
  return milliseconds < 1000 ? 'just now' : `${duration(Math.floor(milliseconds / 1000) * 1000).replace('.0', '')} ago`;
}

/** `2026-11-22 08:30:12`, of this machine's time zone. */
export function localTime(time: string | Date): string {
  const at = new Date(time);
  const two = (number: number) => String(number).padStart(2, '0');
  const date = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${date} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** `once`, `twice`, `3 times`. */
export function times(count: number): string {
  return count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`;
}

/** The names that are most like one that there is none of, the likest first. */
export function similar(name: string, names: string[]): string[] {
  const limit = Math.max(2, Math.ceil(name.length / 3));
  return names
    .map((candidate) => ({ candidate, far: candidate.includes(name) ? 0 : distance(name, candidate) }))
    .filter(({ far }) => far <= limit)
    .sort((one, other) => one.far - other.far)
    .map(({ candidate }) => candidate);
}

/** How many letters must be changed, added or left out (Levenshtein). */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...from].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...to].entries()) {
      next.push(Math.min(row[j]! + (letter === other ? 0 : 1), row[j + 1]! + 1, next[j]! + 1));
    }
    row = next;
  }
  return row.at(-1)!;
}
