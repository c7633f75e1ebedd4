import type { CommandEntry } from '../command.ts';

const group = 'Settings Commands';

/** Verbs that read and change kubeconfig. */
export const settingsEntries: readonly CommandEntry[] = [
  {
    name: 'config',
    group: 'Other Commands',
    summary: 'Modify kubeconfig files',
    usage: 'SUBCOMMAND',
    subcommands: [
      {
        name: 'current-context',
        group: 'Available Commands',
        summary: 'Display the current-context',
        usage: '',
        load: async () => (await import('../config/current-context.ts')).currentContextCommand,
      },
      {
        name: 'delete-context',
        group: 'Available Commands',
        summary: 'Delete the specified context from the kubeconfig',
        usage: 'NAME',
        load: async () => (await import('../config/delete-context.ts')).deleteContextCommand,
      },
      {
        name: 'get-contexts',
        group: 'Available Commands',
        summary: 'Describe one or many contexts',
        usage: '[NAME ...] [-o name]',
        load: async () => (await import('../config/get-contexts.ts')).getContextsCommand,
      },
      {
        name: 'set-context',
        group: 'Available Commands',
        summary: 'Set a context entry in kubeconfig',
        usage: '[NAME | --current] [--cluster=NAME] [--user=NAME] [--namespace=NAME]',
        load: async () => (await import('../config/set-context.ts')).setContextCommand,
      },
      {
        name: 'use-context',
        aliases: ['use'],
        group: 'Available Commands',
        summary: 'Set the current-context in a kubeconfig file',
        usage: 'CONTEXT_NAME',
        load: async () => (await import('../config/use-context.ts')).useContextCommand,
      },
      {
        name: 'view',
        group: 'Available Commands',
        summary: 'Display merged kubeconfig settings or a specified kubeconfig file',
        usage: '[--minify] [--raw] [-o FORMAT]',
        load: async () => (await import('../config/view.ts')).viewCommand,
      },
    ],
  },
  {
    name: 'ctx',
    group,
    summary: 'List the contexts of kubeconfig, or switch to one',
    usage: '[NAME | -]',
    examples: [
      { about: 'List the contexts; the one in use is marked', line: 'ctx' },
      { about: 'Switch to another', line: 'ctx staging' },
      { about: 'Switch back', line: 'ctx -' },
    ],
    load: async () => (await import('../ctx.ts')).ctxCommand,
  },
  {
    name: 'ns',
    group,
    summary: 'List the namespaces, or switch to one',
    usage: '[NAME | -]',
    examples: [
      { about: 'Make shop the namespace of the current context', line: 'ns shop' },
      { about: 'Switch back to the one before', line: 'ns -' },
    ],
    load: async () => (await import('../ns.ts')).nsCommand,
  },
];
