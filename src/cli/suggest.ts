import type { CommandEntry } from '../commands/command.ts';
import { editDistance } from '../lib/nearest-name.ts';

/** Names that are at most this many edits away from what was typed are suggested. */
const maxDistance = 2;

/** kubectl's commands in the order in which it suggests them; those that are kctl's alone follow. */
const order = [
  ...['create', 'expose', 'run', 'set', 'explain', 'get', 'edit', 'delete', 'rollout', 'scale', 'autoscale'],
  ...['certificate', 'cluster-info', 'top', 'cordon', 'uncordon', 'drain', 'taint', 'describe', 'logs', 'attach'],
  ...['exec', 'port-forward', 'proxy', 'cp', 'auth', 'debug', 'events', 'diff', 'apply', 'patch', 'replace', 'wait'],
  ...['kustomize', 'label', 'annotate', 'completion', 'alpha', 'config', 'plugin', 'version', 'api-versions'],
  ...['api-resources', 'options'],
];
const rank = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);

/** The commands a user may have meant by `typed`: near in spelling, or it is the beginning of their name. */
export function suggestCommands(typed: string, table: readonly CommandEntry[]): string[] {
  const word = typed.toLowerCase();
  return table
    .filter((entry) => !entry.hidden)
    .map((entry) => entry.name)
    .filter((name) => editDistance(word, name.toLowerCase()) <= maxDistance || name.toLowerCase().startsWith(word))
    .sort((a, b) => rank(a) - rank(b));
}
