import type { CommandEntry } from '../command.ts';

export const themeEntry: CommandEntry = {
  name: 'theme',
  own: true,
  group: 'Settings Commands',
  summary: 'List the themes of the dashboard, or show what one looks like',
  usage: '[NAME...]',
  examples: [
    { about: 'Which themes there are', line: 'theme' },
    { about: 'What one looks like on this terminal', line: 'theme fjord' },
  ],
  complete: {
    from: 'own',
    list: async ({ io }) => (await import('../../theme/load-theme.ts')).themeNames(io.env),
    repeat: true,
  },
  load: async () => (await import('./theme.ts')).themeCommand,
};
