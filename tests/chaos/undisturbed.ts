import { createHash } from 'node:crypto';

/** What an undisturbed run of the job `tally` delivers. */
export function undisturbed(seed: number, records: number, ledger: boolean): { sum: number; ledger: string | null } {
  const hash = createHash('sha256');
  let sum = seed;
  for (let record = 0; record < records; record++) {
    sum = (Math.imul(sum ^ record, 0x9e3779b1) + 0x7f4a7c15) >>> 0;
    hash.update(`${sum}\n`);
  }
  return { sum, ledger: ledger ? hash.digest('hex') : null };
}
