import type { CommandEntry } from '../command.ts';
import { transferEntries } from '../pull/entry.ts';
import { storeEntries } from './store-entries.ts';

/** `kctl image ...`, as help and dispatch see it. */
export const imageEntry: CommandEntry = {
  name: 'image',
  own: true,
  group: 'Container images',
  summary: 'Keep container images and look into them',
  usage: 'SUBCOMMAND',
  subcommands: [
    ...storeEntries,
    ...transferEntries,
    {
      name: 'layers',
      group: 'Container images',
      summary:
        'Show the layers of an image: size, instruction, what each adds, changes and removes, and what is wasted',
      usage: '(NAME | FILE)',
      examples: [
        { about: 'The layers of an image', line: 'image layers nginx:1.27' },
        { about: 'Of a saved image, with the paths that each layer touches', line: 'image layers web.tar --files' },
        { about: 'Which files take room in several layers', line: 'image layers web.tar --waste' },
        { about: 'End with 1 where too much is wasted', line: 'image layers web.tar --ci --lowestEfficiency 0.95' },
        {
          about: 'One platform of an OCI layout, as JSON',
          line: 'image layers layout/ --platform linux/arm64 -o json',
        },
      ],
      load: async () => (await import('./layers.ts')).layersCommand,
    },
    {
      name: 'tree',
      group: 'Container images',
      summary: 'Show which layers the images have in common, as a tree',
      usage: '',
      load: async () => (await import('./tree.ts')).treeCommand,
    },
    {
      name: 'diff',
      group: 'Container images',
      summary: 'Compare the layers, settings and files of two images',
      usage: '(NAME | FILE) (NAME | FILE)',
      examples: [{ about: 'What a new version brings', line: 'image diff shop/web:1 shop/web:2' }],
      load: async () => (await import('./diff.ts')).diffCommand,
    },
    {
      name: 'files',
      group: 'Container images',
      summary: 'List files of an image or of one of its layers',
      usage: '(NAME | FILE) [PATH]',
      examples: [{ about: 'All that the second layer brings', line: 'image files web.tar / -R --layer 2' }],
      load: async () => (await import('./files.ts')).filesCommand,
    },
    {
      name: 'cat',
      group: 'Container images',
      summary: 'Print a file of an image',
      usage: '(NAME | FILE) PATH',
      examples: [{ about: 'A file as a container sees it', line: 'image cat web.tar /etc/passwd' }],
      load: async () => (await import('./files.ts')).catCommand,
    },
    {
      name: 'extract',
      group: 'Container images',
      summary: 'Write a file or a folder of an image to this machine',
      usage: '(NAME | FILE) PATH [DESTINATION]',
      examples: [{ about: 'A folder, into the folder at hand', line: 'image extract web.tar /app' }],
      load: async () => (await import('./files.ts')).extractCommand,
    },
  ],
};
