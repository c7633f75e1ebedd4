import type { CommandEntry } from '../command.ts';

const group = 'Available Commands';

/** `kctl helm ...`, as help and dispatch see it. */
export const helmEntry: CommandEntry = {
  name: 'helm',
  own: true,
  group: 'Deploy Commands',
  summary: 'Look at releases of helm, roll them back and uninstall them',
  usage: 'SUBCOMMAND',
  examples: [
    { about: 'The releases of all namespaces', line: 'helm ls -A' },
    { about: 'What going back would change', line: 'helm rollback web 3 --preview' },
  ],
  subcommands: [
    {
      name: 'history',
      own: true,
      group,
      summary: 'List the revisions of a release',
      usage: 'RELEASE [--max N]',
      examples: [{ about: 'Every revision that is kept', line: 'helm history web' }],
      complete: { from: 'own', list: async (...at) => (await import('./names.ts')).releaseNames(...at) },
      load: async () => (await import('./history.ts')).historyCommand,
    },
    {
      name: 'list',
      aliases: ['ls'],
      own: true,
      group,
      summary: 'List releases, each as its newest revision',
      usage: '[-A]',
      examples: [{ about: 'Of all namespaces', line: 'helm list -A' }],
      load: async () => (await import('./list.ts')).listCommand,
    },
    {
      name: 'rollback',
      own: true,
      group,
      summary: 'Make a new revision of a release out of an earlier one',
      usage: 'RELEASE [REVISION]',
      examples: [
        { about: 'To the revision before the present one', line: 'helm rollback web' },
        { about: 'What going to revision 3 would change', line: 'helm rollback web 3 --preview' },
      ],
      complete: { from: 'own', list: async (...at) => (await import('./names.ts')).releaseNames(...at) },
      load: async () => (await import('./rollback.ts')).rollbackCommand,
    },
    {
      name: 'uninstall',
      aliases: ['delete', 'un'],
      own: true,
      group,
      summary: 'Delete the objects of a release and forget it',
      usage: 'RELEASE... [--keep-history]',
      examples: [
        { about: 'What would go', line: 'helm uninstall web --preview' },
        { about: 'Keep its history, so that it can be rolled back to', line: 'helm uninstall web --keep-history' },
      ],
      complete: { from: 'own', repeat: true, list: async (...at) => (await import('./names.ts')).releaseNames(...at) },
      load: async () => (await import('./uninstall.ts')).uninstallCommand,
    },
  ],
};
