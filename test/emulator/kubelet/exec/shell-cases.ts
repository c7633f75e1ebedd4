import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

export interface ShellCase {
  run: string;
  prints: string;
  /** 0 where none is given. */
  status?: number;
}

/** By what they are about. The scripts are data: `${x}` in them is the shell's. */
export const shellCases: Readonly<Record<string, readonly ShellCase[]>> = parse(
  readFileSync(new URL('./shell-cases.yaml', import.meta.url), 'utf8'),
);
