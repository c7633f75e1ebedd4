import type { CommandEntry } from '../command.ts';

const group = 'Container images';

/** `kctl pull` and `kctl push`; `kctl image pull` and `kctl image push` are the same. */
export const transferEntries: readonly CommandEntry[] = [
  {
    name: 'pull',
    own: true,
    withoutCluster: true,
    group,
    summary: 'Bring an image of a registry into the image store; only layers that are not there travel',
    usage: 'NAME[:TAG|@DIGEST]',
    examples: [
      { about: 'The newest nginx', line: 'pull nginx' },
      { about: 'From the registry on this machine', line: 'pull localhost:5000/shop/web:1' },
      { about: 'For another kind of machine', line: 'pull nginx:1.27 --platform linux/arm64' },
    ],
    load: async () => (await import('./pull.ts')).pullCommand,
  },
  {
    name: 'push',
    own: true,
    withoutCluster: true,
    group,
    summary: 'Send an image to a registry; only layers that are not there travel',
    usage: 'IMAGE [NAME[:TAG]]',
    examples: [
      { about: 'To the registry that its name says', line: 'push localhost:5000/shop/web:1' },
      { about: 'Under another name', line: 'push web:1 localhost:5000/shop/web:1' },
    ],
    load: async () => (await import('../push/push.ts')).pushCommand,
  },
];
