import type { Causes } from './causes.ts';

/** A list in which `*` stands for everything, and so for itself alone. */
export function checkAloneStar(causes: Causes, path: string, list: readonly string[], others: string): void {
  if (list.length > 1 && list.includes('*')) {
    causes.invalid(path, list, `if '*' is present, must not specify other ${others}`);
  }
}
