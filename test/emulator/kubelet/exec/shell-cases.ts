import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

interface ShellCase {
  run: string;
  prints: string;
  /** 0 where none is given. */
  status?: number;
  /** On standard error; not looked at where none is given. */
  says?: string;
}

const read = (name: string) => parse(readFileSync(new URL(`./${name}`, import.meta.url), 'utf8'));

/** By what they are about. The scripts are data: `${x}` in them is the shell's. */
export const shellCases: Readonly<Record<string, readonly ShellCase[]>> = read('shell-cases.yaml');

/** Recorded from bash 5.2, dash 0.5.12, mawk 1.3.4 and the tools of a Debian. */
export const bashCases: readonly ShellCase[] = read('bash-cases.yaml');
export const dashCases: readonly ShellCase[] = read('dash-cases.yaml');
export const awkCases: readonly ShellCase[] = read('awk-cases.yaml');

export const toolCases: readonly ShellCase[] = read('tool-cases.yaml');

/** Of busybox 1.36. */
export const ashCases: readonly ShellCase[] = read('ash-cases.yaml');
