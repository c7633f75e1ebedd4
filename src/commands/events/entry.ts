import type { CommandEntry } from '../command.ts';

export const eventsEntry: CommandEntry = {
  name: 'events',
  group: 'Troubleshooting and Debugging Commands',
  summary: 'List events',
  usage: '[--for TYPE/NAME] [--types=Normal,Warning] [--watch]',
  examples: [
    { about: 'What happened in this namespace, the latest last', line: 'events' },
    { about: 'Warnings of all namespaces', line: 'events -A --types=Warning' },
    { about: 'Follow what happens to one deployment', line: 'events --for deploy/web --watch' },
  ],
  load: async () => (await import('./events.ts')).eventsCommand,
};
