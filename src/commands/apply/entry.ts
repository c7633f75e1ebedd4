import type { CommandEntry } from '../command.ts';

const group = 'Available Commands';

export const applyEntry: CommandEntry = {
  name: 'apply',
  group: 'Advanced Commands',
  summary: 'Apply a configuration to a resource by file name or stdin',
  usage: '(-f FILENAME | -k DIRECTORY)',
  examples: [
    { about: 'Apply every manifest of a folder and of its folders', line: 'apply -R -f manifests/' },
    {
      about: 'Let the server merge, and take over fields of other managers',
      line: 'apply --server-side --force-conflicts -f web.yaml',
    },
    { about: 'Show what would be sent', line: 'apply -f web.yaml --dry-run=server -o yaml' },
    {
      about: 'And delete what was applied once and is not there any more',
      line: 'apply --prune -l app=web -f web.yaml',
    },
  ],
  load: async () => (await import('./apply.ts')).applyCommand,
  subcommands: [
    {
      name: 'edit-last-applied',
      group,
      summary: 'Edit latest last-applied-configuration annotations of a resource/object',
      usage: '(RESOURCE/NAME | -f FILENAME)',
      examples: [
        { about: 'Edit what was applied last to a deployment', line: 'apply edit-last-applied deployment/web' },
      ],
      load: async () => (await import('../edit/edit.ts')).editLastAppliedCommand,
    },
    {
      name: 'set-last-applied',
      group,
      summary: 'Set the last-applied-configuration annotation on a live object to match the contents of a file',
      usage: '-f FILENAME',
      examples: [
        {
          about: 'As though the file had been applied',
          line: 'apply set-last-applied -f web.yaml --create-annotation',
        },
      ],
      load: async () => (await import('./set-last-applied.ts')).setLastAppliedCommand,
    },
    {
      name: 'view-last-applied',
      group,
      summary: 'View the latest last-applied-configuration annotations of a resource/object',
      usage: '(TYPE [NAME | -l label] | TYPE/NAME | -f FILENAME)',
      examples: [{ about: 'As JSON', line: 'apply view-last-applied deploy/web -o json' }],
      load: async () => (await import('./view-last-applied.ts')).viewLastAppliedCommand,
    },
  ],
};
