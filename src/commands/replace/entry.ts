import type { CommandEntry } from '../command.ts';

export const replaceEntry: CommandEntry = {
  name: 'replace',
  group: 'Advanced Commands',
  summary: 'Replace a resource by file name or stdin',
  usage: '-f FILENAME',
  examples: [
    { about: 'Replace what a file holds', line: 'replace -f web.yaml' },
    {
      about: 'Change an object on the way through a pipe',
      line: "get deploy web -o yaml | sed 's/nginx:1.28/nginx:1.27/' | $tool replace -f -",
    },
    { about: 'Delete and create it anew', line: 'replace --force -f web.yaml' },
  ],
  load: async () => (await import('./replace.ts')).replaceCommand,
};
