import type { CommandEntry } from '../command.ts';

export const explainEntry: CommandEntry = {
  name: 'explain',
  group: 'Basic Commands (Intermediate)',
  summary: 'Get documentation for a resource',
  usage: 'TYPE[.FIELD...] [--recursive] [--api-version=GROUP/VERSION] [-o plaintext|plaintext-openapiv2]',
  examples: [
    { about: 'What a deployment is made of', line: 'explain deployments' },
    { about: 'One field', line: 'explain pods.spec.containers.resources' },
    { about: 'All fields as a tree', line: 'explain services.spec --recursive' },
    { about: 'Of one of several versions', line: 'explain cronjobs --api-version=batch/v1' },
  ],
  load: async () => (await import('./explain.ts')).explainCommand,
};
