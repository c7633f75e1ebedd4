import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * What tells this process from all others, as words of an id: its number, when it began (a number may be given again)
 * and its machine (homes may be shared, and containers have numbers of their own).
 */
export function processMark(): string {
  return `${process.pid}-${beganAt(process.pid) ?? 0}-${machine()}`;
}

/** True where the process is of this machine and surely gone. */
export function isGone(mark: string): boolean {
  const [pid = '', began = '', where] = mark.split('-');
  if (where !== machine()) return false;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
  const now = beganAt(Number(pid));
  return now === 'ended' || (began !== '0' && now !== undefined && now !== began);
}

let own: string | undefined;

function machine(): string {
  own ??= createHash('sha256').update(hostname()).digest('hex').slice(0, 12);
  return own;
}

/** In ticks since the machine began, or `ended`; known only where the system tells it in /proc. */
function beganAt(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name before these may hold blanks and brackets.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    // One that has ended stays listed until its parent asks for it, which in containers may be never.
    return fields[0] === 'Z' || fields[0] === 'X' ? 'ended' : fields[19];
  } catch {
    return undefined;
  }
}
