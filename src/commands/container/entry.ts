import type { CommandEntry } from '../command.ts';

const group = 'Container images';

/** `kctl container ...`, as help and dispatch see it. */
export const containerEntry: CommandEntry = {
  name: 'container',
  own: true,
  withoutCluster: true,
  group,
  summary: 'Run a command upon an image, see what it changed, and make an image of that',
  usage: 'SUBCOMMAND',
  subcommands: [
    {
      name: 'run',
      group,
      summary: 'Run a command in a new writable layer upon an image; Linux only',
      usage: 'IMAGE [-- COMMAND [ARG...]]',
      examples: [
        {
          about: 'A file in a writable layer that is kept',
          line: "container run --name try busybox -- sh -c 'echo hi > /hi'",
        },
        { about: 'Without keeping it', line: 'container run --rm busybox -- ls /' },
      ],
      load: async () => (await import('./run.ts')).runCommand,
    },
    {
      name: 'ls',
      aliases: ['list', 'ps'],
      group,
      summary: 'List the containers that run and those whose writable layer is kept',
      usage: '',
      load: async () => (await import('./ls.ts')).lsCommand,
    },
    {
      name: 'diff',
      group,
      summary: 'Show what a container has added (A), changed (C) and deleted (D)',
      usage: 'CONTAINER',
      load: async () => (await import('./diff.ts')).diffCommand,
    },
    {
      name: 'commit',
      group,
      summary: "Make an image of a container: its image's layers, and its writable layer as one more",
      usage: 'CONTAINER [NAME[:TAG]]',
      examples: [{ about: 'With another command', line: 'container commit try shop/web:2 -c \'CMD ["cat", "/hi"]\'' }],
      load: async () => (await import('./commit.ts')).commitCommand,
    },
    {
      name: 'rm',
      group,
      summary: 'Remove containers and their writable layers; images stay as they are',
      usage: 'CONTAINER...',
      load: async () => (await import('./rm.ts')).rmCommand,
    },
  ],
};
