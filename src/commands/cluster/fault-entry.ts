import type { CommandEntry } from '../command.ts';

const group = 'Bundled cluster';
const which = '[--verb VERBS] [--resource RESOURCES] [-n NAMESPACE] [--share 20%] [--for 5m]';

const setting = (
  name: string,
  usage: string,
  summary: string,
  ...examples: NonNullable<CommandEntry['examples']>
): CommandEntry => ({
  name,
  group,
  summary,
  usage: `${usage} [--name NAME]`.trim(),
  examples,
  load: async () => (await import('./fault.ts')).faultCommand(name),
});

/** `kctl cluster fault ...` */
export const faultEntry: CommandEntry = {
  name: 'fault',
  group,
  summary: 'Make things go wrong on purpose: requests, watches, pulls, containers, nodes',
  usage: 'COMMAND',
  examples: [
    { about: 'Every fifth request is told to come later', line: 'cluster fault status 429 --share 20%' },
    { about: 'What is set, and how often it struck', line: 'cluster fault list' },
    { about: 'All is well again', line: 'cluster fault clear' },
  ],
  subcommands: [
    setting('slow', `--delay 2s [--jitter 500ms] ${which}`, 'Make requests wait', {
      about: 'Lists of pods take two seconds for the next five minutes',
      line: 'cluster fault slow --delay 2s --resource pods --verb list --for 5m',
    }),
    setting('status', `CODE [--retry-after 5s] ${which}`, 'Answer requests with a failure', {
      about: 'What helm writes meets a server that is out of order, three times',
      line: 'cluster fault status 503 --by-agent helm --verb create,update,patch --count 3',
    }),
    setting('reset', which, 'Cut the connections of requests'),
    setting('watch-drop', '[--cut] [--every 30s] [--resource RESOURCES] [-n NAMESPACE]', 'End the watches that run', {
      about: 'Cut all watches of pods, and again each 30 seconds',
      line: 'cluster fault watch-drop --cut --resource pods --every 30s',
    }),
    setting('gone', '[--every 1m]', 'Forget the past: watches and lists that go on from it get 410 Gone'),
    setting('pull', '--image IMAGES [--error ERROR] [--node NODES]', 'Make pulls of images fail or crawl', {
      about: 'The registry does not let anybody pull nginx',
      line: "cluster fault pull --image 'nginx:*' --error unauthorized",
    }),
    setting('crash', 'KIND/NAME [-c CONTAINER] [--exit-code 137] [--oom] [--every 30s]', 'End containers', {
      about: 'All pods of a deployment crash every half a minute',
      line: 'cluster fault crash deploy/web --every 30s',
    }),
    setting('partition', 'NODE... [--for 5m]', 'Cut nodes off from the API server'),
    {
      name: 'list',
      aliases: ['ls'],
      group,
      summary: 'List the faults that are set, and how often they struck',
      usage: '[--name NAME] [-o json]',
      load: async () => (await import('./fault-list.ts')).faultListCommand,
    },
    {
      name: 'remove',
      aliases: ['rm'],
      group,
      summary: 'End faults by their IDs',
      usage: 'ID... [--name NAME]',
      load: async () => (await import('./fault-list.ts')).faultRemoveCommand,
    },
    {
      name: 'clear',
      group,
      summary: 'End all faults',
      usage: '[--name NAME]',
      load: async () => (await import('./fault-list.ts')).faultClearCommand,
    },
  ],
};
