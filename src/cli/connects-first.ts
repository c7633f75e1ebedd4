import type { FlagValues } from '../commands/command.ts';

/**
 * Verbs for which kubectl makes a client before it asks which namespace is meant (their `Complete`, kubectl 1.32): of a
 * context that is not there the two say it in words of their own.
 */
const verbs: ReadonlySet<string> = new Set([
  ...['api-resources', 'api-versions', 'apply', 'auth can-i', 'auth whoami', 'autoscale', 'certificate approve'],
  ...['certificate deny', 'cluster-info', 'cluster-info dump', 'cordon', 'diff', 'drain', 'explain', 'expose', 'proxy'],
  ...['replace', 'run', 'set env', 'top node', 'uncordon', 'version', 'wait'],
]);

export function connectsFirst(commandPath: string, flags: FlagValues): boolean {
  if (commandPath === 'get') return Boolean(flags.raw);
  if (/^create( |$)/.test(commandPath)) return commandPath !== 'create token';
  return verbs.has(commandPath);
}
