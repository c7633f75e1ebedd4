import type { CommandEntry } from '../command.ts';

export const kustomizeEntry: CommandEntry = {
  name: 'kustomize',
  group: 'Other Commands',
  summary: 'Build a kustomization target from a directory or URL',
  usage: 'DIR [flags]',
  examples: [
    { about: 'Build the kustomization of the current folder', line: 'kustomize' },
    { about: 'Build that of another folder into a file', line: 'kustomize overlays/production -o production.yaml' },
    {
      about: 'Build that of a folder in a repository',
      line: 'kustomize https://github.com/org/repo.git/deploy?ref=v1.2.3',
    },
    { about: 'Build and apply in one go', line: 'apply -k overlays/production' },
  ],
  load: async () => (await import('./kustomize.ts')).kustomizeCommand,
};
