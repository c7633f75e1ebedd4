import type { CommandEntry } from '../command.ts';

export const importEntry: CommandEntry = {
  name: 'import',
  own: true,
  group: 'Settings Commands',
  summary: 'Take along the settings of another dashboard',
  usage: 'SUBCOMMAND',
  subcommands: [
    {
      name: 'k9s',
      own: true,
      group: 'Available Commands',
      summary: 'Take along skins, aliases, hot keys, plugins, columns and settings of k9s',
      usage: '[--from=FOLDER] [--dry-run] [--force]',
      load: async () => (await import('./import-k9s.ts')).importK9sCommand,
    },
  ],
};
