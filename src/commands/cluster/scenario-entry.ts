import type { CommandEntry } from '../command.ts';
import { storyCompletion } from './completions.ts';

const group = 'Bundled cluster';

/** `kctl cluster scenario ...` */
export const scenarioEntry: CommandEntry = {
  name: 'scenario',
  aliases: ['scenarios'],
  group,
  summary: 'Stories that teach: what goes wrong in clusters, how it looks, and the way out',
  usage: 'COMMAND',
  subcommands: [
    {
      name: 'list',
      aliases: ['ls'],
      group,
      summary: 'List the stories',
      usage: '[--lang en|ko] [-o name]',
      load: async () => (await import('./scenario-list.ts')).scenarioListCommand,
    },
    {
      name: 'run',
      group,
      summary: 'Tell a story in a cluster of its own, command by command',
      usage: 'STORY [--lang en|ko] [--name NAME] [--no-wait]',
      examples: [
        { about: 'Why a container crashes again and again', line: 'cluster scenario run crash-loop' },
        { about: 'The same in Korean', line: 'cluster scenario run crash-loop --lang ko' },
      ],
      complete: storyCompletion,
      load: async () => (await import('./scenario-run.ts')).scenarioRunCommand,
    },
  ],
};
