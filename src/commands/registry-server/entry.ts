import type { CommandEntry } from '../command.ts';

const group = 'Container images';

/** `kctl registry ...`, as help and dispatch see it. */
export const registryEntry: CommandEntry = {
  name: 'registry',
  own: true,
  group,
  summary: 'Start and stop a registry for container images on this machine',
  usage: 'SUBCOMMAND',
  subcommands: [
    {
      name: 'start',
      group,
      summary: 'Start the registry and wait until it answers',
      usage: '[--port PORT] [--auth FILE | --with-password] [--foreground]',
      examples: [
        { about: 'On localhost:5000, for everybody on this machine', line: 'registry start' },
        { about: 'With a password', line: 'registry start --with-password' },
      ],
      load: async () => (await import('./start.ts')).startCommand,
    },
    {
      name: 'stop',
      group,
      summary: 'Stop the registry; its images are kept',
      usage: '',
      load: async () => (await import('./stop.ts')).stopCommand,
    },
    {
      name: 'status',
      group,
      summary: 'Show whether the registry runs, where, and what it has',
      usage: '',
      load: async () => (await import('./status.ts')).statusCommand,
    },
  ],
};
