import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const CASES = join(import.meta.dirname, 'cases');

/** The case files by name, without `.txt`. */
export const caseFiles: readonly { name: string; path: string; transcripts: string }[] = readdirSync(CASES)
  .filter((file) => file.endsWith('.txt'))
  .sort()
  .map((file) => ({
    name: basename(file, '.txt'),
    path: join(CASES, file),
    transcripts: join(import.meta.dirname, 'transcripts', file),
  }));

/** What kubectl answered, by the name of the case; empty where nothing was recorded yet. */
export function readTranscripts(path: string): Map<string, string> {
  const found = new Map<string, string>();
  if (!existsSync(path)) return found;
  for (const part of readFileSync(path, 'utf8').split(/^=== /m).slice(1)) {
    const end = part.indexOf('\n');
    found.set(part.slice(0, end), part.slice(end + 1));
  }
  return found;
}

export function writeTranscripts(path: string, transcripts: ReadonlyMap<string, string>): void {
  writeFileSync(path, [...transcripts].map(([name, text]) => `=== ${name}\n${text}`).join(''));
}
