import type { CommandEntry } from '../command.ts';
import { imageCompletion, imagesCompletion } from './completions.ts';

const group = 'Container images';

/** The image store's part of `kctl image`. */
export const storeEntries: readonly CommandEntry[] = [
  {
    name: 'ls',
    aliases: ['list'],
    group,
    summary: 'List the images of the image store, or files of one',
    usage: '[REPOSITORY[:TAG]] | IMAGE PATH',
    examples: [
      { about: 'All images, the newest first', line: 'image ls' },
      { about: 'Those of one repository, as JSON', line: 'image ls shop/web --format json' },
      { about: 'The images that the bundled cluster simulates, too', line: 'image ls --simulated' },
      { about: 'What is in a folder of an image', line: 'image ls web:1 /etc' },
    ],
    complete: imageCompletion,
    load: async () => (await import('./ls.ts')).lsCommand,
  },
  {
    name: 'inspect',
    group,
    summary: 'Show all that is known of images, as docker writes it',
    usage: 'IMAGE...',
    examples: [{ about: 'How containers of it run', line: "image inspect web -f '{{json .Config}}'" }],
    complete: imagesCompletion,
    load: async () => (await import('./inspect.ts')).inspectCommand,
  },
  {
    name: 'history',
    group,
    summary: 'Show the steps that made an image, and the size of each',
    usage: 'IMAGE',
    complete: imageCompletion,
    load: async () => (await import('./history.ts')).historyCommand,
  },
  {
    name: 'tag',
    group,
    summary: 'Give an image another name',
    usage: 'IMAGE[:TAG] NAME[:TAG]',
    examples: [{ about: 'For a registry on this machine', line: 'image tag web localhost:5000/shop/web:1' }],
    complete: imageCompletion,
    load: async () => (await import('./tag.ts')).tagCommand,
  },
  {
    name: 'rm',
    group,
    summary: 'Remove names of images, and images with their last name',
    usage: 'IMAGE...',
    complete: imagesCompletion,
    load: async () => (await import('./rm.ts')).rmCommand,
  },
  {
    name: 'prune',
    group,
    summary: 'Remove images without names, and what nothing refers to',
    usage: '[-a] [-f]',
    load: async () => (await import('./prune.ts')).pruneCommand,
  },
  {
    name: 'save',
    group,
    summary: 'Write images to a file or a folder that docker, podman, skopeo and kctl load',
    usage: 'IMAGE... [-o FILE]',
    examples: [
      { about: 'For docker load', line: 'image save -o web.tar web:1' },
      { about: 'As an OCI layout in a folder', line: 'image save --format oci-dir -o layout web:1' },
    ],
    complete: imagesCompletion,
    load: async () => (await import('./save.ts')).saveCommand,
  },
  {
    name: 'load',
    group,
    summary: 'Take the images of a docker archive or an OCI layout into the image store',
    usage: '[FILE]',
    examples: [
      { about: 'What docker save wrote', line: 'image load -i web.tar' },
      { about: 'An OCI layout without names', line: 'image load layout/ --name shop/web:1' },
    ],
    complete: { from: 'files' },
    load: async () => (await import('./load.ts')).loadCommand,
  },
  {
    name: 'import',
    group,
    summary: 'Make an image of a root file system in a tar',
    usage: 'FILE|ADDRESS|- [NAME[:TAG]]',
    examples: [
      { about: 'With a command', line: 'image import rootfs.tar mini:1 -c \'CMD ["/bin/sh"]\'' },
      { about: 'From a server', line: 'image import https://example.com/rootfs.tar.xz mini:2' },
    ],
    complete: { from: 'files' },
    load: async () => (await import('./import.ts')).importCommand,
  },
  {
    name: 'export',
    group,
    summary: 'Write the file system of an image as one tar',
    usage: 'IMAGE [-o FILE]',
    complete: imageCompletion,
    load: async () => (await import('./export.ts')).exportCommand,
  },
  {
    name: 'verify',
    group,
    summary: 'Compare all that is stored with its digests',
    usage: '[--repair]',
    load: async () => (await import('./verify.ts')).verifyCommand,
  },
];
