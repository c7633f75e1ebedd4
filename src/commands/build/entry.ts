import type { CommandEntry } from '../command.ts';

const group = 'Container images';

/** `kctl build` and `kctl builder ...`, as help and dispatch see them. */
export const buildEntries: readonly CommandEntry[] = [
  {
    name: 'build',
    own: true,
    group,
    summary: 'Build a container image from a Dockerfile',
    usage: '(FOLDER | ADDRESS | -)',
    complete: { from: 'folders' },
    examples: [
      { about: 'The Dockerfile of the folder at hand', line: 'build -t shop/web:1 .' },
      {
        about: 'Another file, one of its stages, and a value for ARG',
        line: 'build -f Dockerfile.dev --target test --build-arg NODE=22 .',
      },
      { about: 'Only the checks', line: 'build --check .' },
      { about: 'A secret that is in no layer', line: 'build --secret id=npm,src=.npmrc .' },
      { about: 'The files of the result in a folder', line: 'build -o out .' },
      { about: 'A folder of a branch of a Git repository', line: 'build https://github.com/me/shop.git#main:web' },
      { about: 'A tar from standard input', line: 'build -t shop/web - < context.tar.gz' },
      { about: 'A Dockerfile from standard input, without a folder', line: 'build -t tools - < Dockerfile' },
    ],
    load: async () => (await import('./build.ts')).buildCommand,
  },
  {
    name: 'builder',
    own: true,
    group,
    summary: 'Look after what builds have kept for the next ones',
    usage: 'SUBCOMMAND',
    subcommands: [
      {
        name: 'du',
        aliases: ['ls'],
        group,
        summary: 'List the results of build steps and the caches of RUN that are kept, and what they take',
        usage: '',
        examples: [{ about: 'All of them, what was used last first', line: 'builder du' }],
        load: async () => (await import('./usage.ts')).usageCommand,
      },
      {
        name: 'prune',
        group,
        summary: 'Remove results of build steps and caches of RUN that are kept for later builds',
        usage: '',
        examples: [{ about: 'What was not used for three days', line: 'builder prune --unused-for 72h' }],
        load: async () => (await import('./prune.ts')).pruneCommand,
      },
    ],
  },
];
