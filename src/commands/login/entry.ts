import type { CommandEntry } from '../command.ts';

const group = 'Container images';

/** `kctl login` and `kctl logout`. */
export const loginEntries: readonly CommandEntry[] = [
  {
    name: 'login',
    own: true,
    withoutCluster: true,
    group,
    summary: 'Log in to a registry of images: the password is tried there, and then kept',
    usage: '[REGISTRY]',
    examples: [
      { about: 'With a password that is asked for', line: 'login ghcr.io -u ann' },
      { about: 'In a script', line: 'login localhost:5000 -u kctl --password-stdin < password' },
    ],
    load: async () => (await import('./login.ts')).loginCommand,
  },
  {
    name: 'logout',
    own: true,
    withoutCluster: true,
    group,
    summary: 'Forget the password of a registry',
    usage: '[REGISTRY]',
    load: async () => (await import('./logout.ts')).logoutCommand,
  },
];
