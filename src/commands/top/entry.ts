import type { CommandEntry } from '../command.ts';

export const topEntry: CommandEntry = {
  name: 'top',
  group: 'Cluster Management Commands',
  summary: 'Display resource (CPU/memory) usage',
  usage: 'SUBCOMMAND',
  subcommands: [
    {
      name: 'node',
      aliases: ['nodes', 'no'],
      group: 'Available Commands',
      summary: 'Display resource (CPU/memory) usage of nodes',
      usage: '[NAME | -l label]',
      examples: [{ about: 'Nodes that use most memory first', line: 'top node --sort-by=memory' }],
      load: async () => (await import('./node.ts')).topNodeCommand,
    },
    {
      name: 'pod',
      aliases: ['pods', 'po'],
      group: 'Available Commands',
      summary: 'Display resource (CPU/memory) usage of pods',
      usage: '[NAME | -l label]',
      examples: [
        { about: 'Pods of all namespaces, the busiest first', line: 'top pod -A --sort-by=cpu' },
        { about: 'The containers of pods with a label, and their sum', line: 'top pod -l app=web --containers --sum' },
      ],
      load: async () => (await import('./pod.ts')).topPodCommand,
    },
  ],
};
