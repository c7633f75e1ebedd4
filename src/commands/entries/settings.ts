import type { CommandEntry } from '../command.ts';
import { configEntry } from '../config/entry.ts';

const group = 'Settings Commands';

/** Verbs that read and change kubeconfig. */
export const settingsEntries: readonly CommandEntry[] = [
  configEntry,
  {
    name: 'ctx',
    group,
    own: true,
    summary: 'List the contexts of kubeconfig, or switch to one',
    usage: '[NAME | -]',
    examples: [
      { about: 'List the contexts; the one in use is marked', line: 'ctx' },
      { about: 'Switch to another', line: 'ctx staging' },
      { about: 'Switch back', line: 'ctx -' },
    ],
    complete: { from: 'kubeconfig', list: 'contexts' },
    load: async () => (await import('../ctx.ts')).ctxCommand,
  },
  {
    name: 'ns',
    group,
    own: true,
    summary: 'List the namespaces, or switch to one',
    usage: '[NAME | -]',
    examples: [
      { about: 'Make shop the namespace of the current context', line: 'ns shop' },
      { about: 'Switch back to the one before', line: 'ns -' },
    ],
    complete: { from: 'names', type: 'namespaces' },
    load: async () => (await import('../ns.ts')).nsCommand,
  },
];
