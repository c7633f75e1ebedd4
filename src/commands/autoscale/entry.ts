import type { CommandEntry } from '../command.ts';

/** `kctl autoscale`, as help and dispatch see it. */
export const autoscaleEntry: CommandEntry = {
  name: 'autoscale',
  group: 'Deploy Commands',
  summary: 'Auto-scale a deployment, replica set, stateful set, or replication controller',
  usage: '(-f FILENAME | TYPE NAME | TYPE/NAME) [--min=MINPODS] --max=MAXPODS [--cpu-percent=CPU]',
  examples: [
    {
      about: 'Two to six pods, by how busy they are',
      line: 'autoscale deployment web --min=2 --max=6 --cpu-percent=80',
    },
  ],
  load: async () => (await import('./autoscale.ts')).autoscaleCommand,
};
