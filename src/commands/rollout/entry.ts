import type { CommandEntry } from '../command.ts';

const group = 'Available Commands';

/** `kctl rollout ...`, as help and dispatch see it. */
export const rolloutEntry: CommandEntry = {
  name: 'rollout',
  group: 'Deploy Commands',
  summary: 'Manage the rollout of a resource',
  usage: 'SUBCOMMAND',
  examples: [
    { about: 'See a rollout happen, and end with its result', line: 'rollout watch deploy/web' },
    { about: 'Go back to the revision before', line: 'rollout undo deploy/web' },
  ],
  subcommands: [
    {
      name: 'diff',
      group,
      own: true,
      summary: 'Show what changed between revisions: fields, environment, configuration, layers of images',
      usage: '(TYPE NAME | TYPE/NAME) [--revision a..b]',
      examples: [
        { about: 'The last change, and what nodes pull for it', line: 'rollout diff deploy/web' },
        { about: 'The same for a program; --revision 2..5 compares others', line: 'rollout diff deploy/web -o json' },
      ],
      load: async () => (await import('./diff.ts')).diffCommand,
    },
    {
      name: 'history',
      group,
      summary: 'View rollout history',
      usage: '(TYPE NAME | TYPE/NAME) [--revision N]',
      examples: [
        { about: 'The revisions of a deployment', line: 'rollout history deployment/web' },
        { about: 'The pod template of one of them', line: 'rollout history deployment/web --revision=2' },
      ],
      load: async () => (await import('./history.ts')).historyCommand,
    },
    {
      name: 'pause',
      group,
      summary: 'Mark the provided resource as paused',
      usage: '(TYPE NAME | TYPE/NAME)',
      load: async () => (await import('./pause.ts')).pauseCommand,
    },
    {
      name: 'promote',
      group,
      own: true,
      summary: 'Let a rollout that waits go on: one that is paused, or a stateful set with a partition',
      usage: '(TYPE NAME | TYPE/NAME) [--to N | --full]',
      examples: [
        { about: 'One more pod of a stateful set gets the new revision', line: 'rollout promote sts/db' },
        {
          about: 'Go on until a quarter of the pods is new, and pause again',
          line: 'rollout promote deploy/web --to 25%',
        },
        { about: 'Let all of it go on, and watch it to its end', line: 'rollout promote deploy/web --full --watch' },
      ],
      load: async () => (await import('./promote.ts')).promoteCommand,
    },
    {
      name: 'restart',
      group,
      summary: 'Restart a resource',
      usage: '(TYPE NAME | TYPE/NAME | TYPE -l label)',
      examples: [
        { about: 'Replace all pods, by the strategy of the workload', line: 'rollout restart deployment/web' },
      ],
      load: async () => (await import('./restart.ts')).restartCommand,
    },
    {
      name: 'resume',
      group,
      summary: 'Resume a paused resource',
      usage: '(TYPE NAME | TYPE/NAME)',
      load: async () => (await import('./pause.ts')).resumeCommand,
    },
    {
      name: 'status',
      group,
      summary: 'Show the status of the rollout',
      usage: '(TYPE NAME | TYPE/NAME) [--watch=false]',
      load: async () => (await import('./status.ts')).statusCommand,
    },
    {
      name: 'undo',
      group,
      summary: 'Undo a previous rollout',
      usage: '(TYPE NAME | TYPE/NAME) [--to-revision N]',
      examples: [
        { about: 'What going back would change', line: 'rollout undo deploy/web --preview' },
        { about: 'Go back, and see it through', line: 'rollout undo deploy/web --watch' },
      ],
      load: async () => (await import('./undo.ts')).undoCommand,
    },
    {
      name: 'watch',
      group,
      own: true,
      summary: 'Show a rollout as a live tree until it succeeded or failed',
      usage: '(TYPE NAME | TYPE/NAME ... | TYPE -l LABELS | --replay FILE)',
      examples: [
        {
          about: 'Exit code 0 when it is rolled out, 1 with the reason when it will not be',
          line: 'rollout watch deploy/web',
        },
        {
          about: 'All of a team at once, and written down',
          line: 'rollout watch deploy -l team=shop --record shop.jsonl',
        },
        { about: 'What was written down, ten times as fast', line: 'rollout watch --replay shop.jsonl --speed 10' },
      ],
      load: async () => (await import('./watch.ts')).watchCommand,
    },
  ],
};
