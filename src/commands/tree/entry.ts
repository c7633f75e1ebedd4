import type { CommandEntry } from '../command.ts';

export const treeEntry: CommandEntry = {
  name: 'tree',
  own: true,
  group: 'Troubleshooting and Debugging Commands',
  summary: 'Show an object with everything it owns, and how that is',
  usage: '(TYPE[.VERSION][.GROUP] [NAME | -l label] | TYPE/NAME ...)',
  examples: [
    { about: 'A deployment with its replica sets and pods', line: 'tree deploy/web' },
    { about: 'With what it uses and what points at it', line: 'tree deploy/web --references' },
    { about: 'From whatever stands above it', line: 'tree pods -l app=web --root' },
  ],
  complete: { from: 'objects' },
  load: async () => (await import('./tree.ts')).treeCommand,
};
