import type { CommandEntry } from '../command.ts';

/** `kctl images`, as help and dispatch see it. */
export const imagesEntry: CommandEntry = {
  name: 'images',
  own: true,
  group: 'Container images',
  summary: 'List the images that pods use, how large they are and what they share',
  usage: '[NAME...] [-A] [-l label] [--sort-by=size]',
  examples: [
    { about: 'The images of this namespace, the largest first', line: 'images --sort-by=size' },
    { about: 'Who uses nginx, anywhere, with digests, layers and nodes', line: 'images nginx -A -o wide' },
    { about: 'What nodes keep though nobody uses it', line: 'images --unused' },
  ],
  load: async () => (await import('./images.ts')).imagesCommand,
};
