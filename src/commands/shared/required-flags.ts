import { KctlError } from '../../lib/errors.ts';

/** Refuses a command line without the flags that it cannot do without. @throws KctlError `usage` */
export function requireFlags(given: ReadonlySet<string>, required: readonly string[]): void {
  const missing = required.filter((name) => !given.has(name)).sort();
  if (missing.length === 0) return;
  const names = missing.map((name) => JSON.stringify(name)).join(', ');
  throw new KctlError('usage', `required flag(s) ${names} not set`);
}
