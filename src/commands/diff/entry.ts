import type { CommandEntry } from '../command.ts';

export const diffEntry: CommandEntry = {
  name: 'diff',
  group: 'Advanced Commands',
  summary: 'Diff the live version against a would-be applied version',
  usage: '-f FILENAME',
  usageExitCode: 2,
  examples: [
    { about: 'What an apply would change', line: 'diff -f web.yaml' },
    { about: 'With another program', line: 'KUBECTL_EXTERNAL_DIFF="colordiff -N -u" $tool diff -f web.yaml' },
  ],
  load: async () => (await import('./diff.ts')).diffCommand,
};
