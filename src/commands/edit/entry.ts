import type { CommandEntry } from '../command.ts';

export const editEntry: CommandEntry = {
  name: 'edit',
  group: 'Basic Commands (Intermediate)',
  summary: 'Edit a resource on the server',
  usage: '(RESOURCE/NAME | -f FILENAME)',
  examples: [
    { about: 'Edit a service', line: 'edit svc/web' },
    { about: 'With an editor of your choice', line: 'KUBE_EDITOR=nano $tool edit svc/web' },
    { about: 'As JSON', line: 'edit deployment/web -o json' },
  ],
  load: async () => (await import('./edit.ts')).editCommand,
};
