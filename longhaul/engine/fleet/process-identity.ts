import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/**
 * Process ids are used again; a process id with the moment of its start is not. On Linux that is the boot's id and the
 * start in clock ticks since then (field 22 of /proc/PID/stat, proc_pid_stat(5)); elsewhere what `ps` says.
 * Undefined when there is no such process.
 */
export function startOf(pid: number): string | undefined {
  const stat = readStat(pid);
  if (stat) return `${bootId()}/${stat.startTicks}`;
  if (hasProc()) return undefined;
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}

/** Whether a start that `startOf` gave is of an earlier boot, where that can be known: none of its processes is left. */
export function isOfEarlierBoot(start: string): boolean {
  return hasProc() && !start.startsWith(`${bootId()}/`);
}

/** Whether a process of this group is alive; a zombie, which only waits to be reaped, is not. */
export function groupIsAlive(groupId: number): boolean {
  try {
    process.kill(-groupId, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  if (!hasProc()) return true;
  for (const entry of readdirSync('/proc')) {
    const stat = /^\d+$/.test(entry) ? readStat(Number(entry)) : undefined;
    if (stat?.groupId === groupId && stat.state !== 'Z' && stat.state !== 'X') return true;
  }
  return false;
}

/** The groups of processes that were started with this variable, `NAME=value`; none where there is no /proc to tell. */
export function groupsWith(variable: string): Set<number> {
  const groups = new Set<number>();
  for (const entry of hasProc() ? readdirSync('/proc') : []) {
    if (!/^\d+$/.test(entry) || !readEnvironment(entry).includes(variable)) continue;
    const stat = readStat(Number(entry));
    if (stat) groups.add(stat.groupId);
  }
  return groups;
}

/** Sends a signal to every process of the group; false when there is none. */
export function signalGroup(groupId: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(-groupId, signal);
    return true;
  } catch {
    return false;
  }
}

interface Stat {
  state: string;
  groupId: number;
  startTicks: string;
}

function readStat(pid: number): Stat | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The second field is the program's name in parentheses, and may itself hold blanks and parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0]!, groupId: Number(fields[2]), startTicks: fields[19]! };
}

/** Empty for processes of other users. */
function readEnvironment(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

function hasProc(): boolean {
  return readStat(process.pid) !== undefined;
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}
