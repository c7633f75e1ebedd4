import type { CommandEntry } from '../command.ts';

export const clusterInfoEntry: CommandEntry = {
  name: 'cluster-info',
  group: 'Cluster Management Commands',
  summary: 'Display cluster information',
  usage: '',
  load: async () => (await import('./cluster-info.ts')).clusterInfoCommand,
  subcommands: [
    {
      name: 'dump',
      group: 'Available Commands',
      summary: 'Dump relevant information for debugging and diagnosis',
      usage: '[--output-directory=DIR] [--namespaces a,b | -A]',
      examples: [
        {
          about: 'One namespace into a folder',
          line: 'cluster-info dump --namespaces default --output-directory dump',
        },
      ],
      load: async () => (await import('./dump.ts')).dumpCommand,
    },
  ],
};
