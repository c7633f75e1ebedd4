import { writeSync } from 'node:fs';
import { ApiStatusError } from '../api/status.ts';

/** Told of what went wrong inside: where (`controller deployment default/web`), and what. */
export type Report = (where: string, error: unknown) => void;

const WINDOW_MS = 3_600_000;
const LINES_PER_WINDOW = 100;
/** Of a defect; what the API refused needs none. */
const STACK_LINES = 6;

/**
 * A log that stays small however long a cluster runs: each place is heard once an hour, all of them
 * together a hundred times; what was left out is counted when the next hour begins.
 * @param write takes one entry, with its newlines
 * @param now wall-clock milliseconds
 */
export function boundedLog(write: (text: string) => void, now: () => number = Date.now): Report {
  let began = now();
  let written = 0;
  let leftOut = 0;
  const heard = new Set<string>();
  const entry = (text: string) => write(`${new Date(now()).toISOString()} ${text}\n`);
  return (where, error) => {
    if (now() - began >= WINDOW_MS) {
      if (leftOut > 0) entry(`left out ${leftOut} reports of the same places since ${new Date(began).toISOString()}`);
      began = now();
      written = 0;
      leftOut = 0;
      heard.clear();
    }
    if (heard.has(where) || written >= LINES_PER_WINDOW) {
      leftOut++;
      return;
    }
    heard.add(where);
    written++;
    entry(`${where}: ${textOf(error)}`);
  };
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof ApiStatusError || !error.stack) return error.message;
  return error.stack.split('\n').slice(0, STACK_LINES).join('\n');
}

/** The end of a full or closed log is no reason to end the cluster. */
export function writeToStderr(text: string): void {
  try {
    writeSync(2, text);
  } catch {
    // Nowhere left to say it.
  }
}
