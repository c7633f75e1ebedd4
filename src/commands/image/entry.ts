import type { CommandEntry } from '../command.ts';

/** `kctl image ...`, as help and dispatch see it. */
export const imageEntry: CommandEntry = {
  name: 'image',
  own: true,
  group: 'Container images',
  summary: 'Look into container images',
  usage: 'SUBCOMMAND',
  subcommands: [
    {
      name: 'layers',
      group: 'Container images',
      summary: 'Show the layers of an image file: size, instruction, and what each adds, changes and removes',
      usage: 'FILE',
      examples: [
        { about: 'The layers of a saved image', line: 'image layers web.tar' },
        { about: 'With the paths that each layer touches', line: 'image layers web.tar --files' },
        {
          about: 'One platform of an OCI layout, as JSON',
          line: 'image layers layout/ --platform linux/arm64 -o json',
        },
      ],
      load: async () => (await import('./layers.ts')).layersCommand,
    },
  ],
};
