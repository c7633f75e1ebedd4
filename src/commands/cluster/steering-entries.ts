import type { CommandEntry } from '../command.ts';
import { nodesCompletion } from './completions.ts';

const group = 'Bundled cluster';
const where = '[--name NAME] [-o json]';

const clock = () => import('./clock.ts');
const pause = () => import('./pause.ts');
const component = () => import('./component.ts');
const node = () => import('./node.ts');
const load = () => import('./load.ts');

/** `kctl cluster ...` for time, components, nodes and load of a running cluster. */
export const steeringEntries: readonly CommandEntry[] = [
  {
    name: 'clock',
    group,
    summary: "Show the cluster's time and how it goes",
    usage: where,
    load: async () => (await clock()).clockCommand,
  },
  {
    name: 'pause',
    group,
    summary: 'Stop the time of a running cluster; its API goes on answering',
    usage: where,
    examples: [
      {
        about: 'Watch a rollout one moment at a time',
        line: 'cluster pause && $tool apply -f web.yaml && $tool cluster step 5',
      },
    ],
    load: async () => (await pause()).pauseCommand,
  },
  {
    name: 'resume',
    group,
    summary: 'Let time go on after a pause',
    usage: where,
    load: async () => (await pause()).resumeCommand,
  },
  {
    name: 'step',
    group,
    summary: 'Live through the next moments of a paused cluster, and tell what happened',
    usage: `[N] ${where}`,
    examples: [
      { about: 'To the next timer and all that follows from it', line: 'cluster step' },
      { about: 'Ten of them', line: 'cluster step 10' },
    ],
    load: async () => (await import('./step.ts')).stepCommand,
  },
  {
    name: 'speed',
    group,
    summary: 'Let time go faster or slower, from a tenth to a thousand times',
    usage: `FACTOR ${where}`,
    examples: [
      { about: 'A minute in every second', line: 'cluster speed x60' },
      { about: 'As on the wall again', line: 'cluster speed 1' },
    ],
    load: async () => (await import('./speed.ts')).speedCommand,
  },
  {
    name: 'jump',
    group,
    summary: 'Live through a length of time at once',
    usage: `DURATION ${where}`,
    examples: [
      { about: 'Six minutes: long enough for the pods of a lost node to be replaced', line: 'cluster jump 6m' },
      { about: 'A day and a half', line: 'cluster jump 1d12h' },
    ],
    load: async () => (await import('./jump.ts')).jumpCommand,
  },
  {
    name: 'component',
    group,
    summary: 'Stop and start the scheduler, controllers and kubelets one by one',
    usage: 'COMMAND',
    subcommands: [
      {
        name: 'list',
        aliases: ['ls'],
        group,
        summary: 'List the components and whether they run',
        usage: where,
        load: async () => (await component()).listComponentsCommand,
      },
      {
        name: 'stop',
        group,
        summary: 'Stop components until they are started again',
        usage: `NAME... ${where}`,
        examples: [
          { about: 'Pods stay Pending', line: 'cluster component stop scheduler' },
          { about: 'One controller', line: 'cluster component stop deployment-controller' },
          { about: 'The kubelet of one node', line: 'cluster component stop kubelet/kctl-worker-1' },
        ],
        load: async () => (await component()).stopComponentCommand,
      },
      {
        name: 'start',
        group,
        summary: 'Start components that were stopped; they catch up',
        usage: `NAME... ${where}`,
        load: async () => (await component()).startComponentCommand,
      },
    ],
  },
  {
    name: 'node',
    group,
    summary: 'Add, remove and break nodes',
    usage: 'COMMAND',
    subcommands: [
      {
        name: 'list',
        aliases: ['ls'],
        group,
        summary: 'List the nodes, what they have and whether their kubelets run',
        usage: where,
        load: async () => (await node()).listNodesCommand,
      },
      {
        name: 'add',
        group,
        summary: 'Add simulated nodes',
        usage: `[NAME] [--count N] [--labels K=V,...] [--capacity cpu=4,memory=8Gi,pods=110] [--taints K=V:EFFECT,...] [--zones Z,...] ${where}`,
        examples: [
          { about: 'One more worker', line: 'cluster node add' },
          { about: 'Six in three zones', line: 'cluster node add --count 6 --zones a,b,c' },
          {
            about: 'gpu-1 and gpu-2, large and for few',
            line: 'cluster node add gpu --count 2 --capacity cpu=32,memory=128Gi,nvidia.com/gpu=4 --taints gpu=yes:NoSchedule',
          },
        ],
        load: async () => (await node()).addNodesCommand,
      },
      {
        name: 'remove',
        aliases: ['rm'],
        group,
        summary: 'Pull the plug of nodes and delete them; nothing is drained',
        usage: `(NAME... | -l LABELS) ${where}`,
        complete: nodesCompletion,
        load: async () => (await node()).removeNodesCommand,
      },
      {
        name: 'fail',
        group,
        summary: 'Cut nodes off: their kubelets fall silent',
        usage: `(NAME... | -l LABELS) ${where}`,
        examples: [
          {
            about: 'Lose a node, and see its pods replaced',
            line: 'cluster node fail kctl-worker-1 && $tool cluster jump 6m && $tool get pods -o wide',
          },
        ],
        complete: nodesCompletion,
        load: async () => (await node()).failNodesCommand,
      },
      {
        name: 'recover',
        group,
        summary: 'Bring failed nodes back',
        usage: `(NAME... | -l LABELS) ${where}`,
        complete: nodesCompletion,
        load: async () => (await node()).recoverNodesCommand,
      },
      {
        name: 'cordon',
        group,
        summary: 'Let nodes take no new pods',
        usage: `(NAME... | -l LABELS) ${where}`,
        complete: nodesCompletion,
        load: async () => (await node()).cordonNodesCommand,
      },
      {
        name: 'uncordon',
        group,
        summary: 'Let nodes take pods again',
        usage: `(NAME... | -l LABELS) ${where}`,
        complete: nodesCompletion,
        load: async () => (await node()).uncordonNodesCommand,
      },
      {
        name: 'pull-rate',
        group,
        summary: 'Set how fast nodes pull images',
        usage: `(RATE | usual) (NAME... | -l LABELS) ${where}`,
        examples: [
          {
            about: 'Two megabytes in a second, so that a rollout shows its pulls',
            line: 'cluster node pull-rate 2M kctl-worker-1',
          },
        ],
        load: async () => (await node()).pullRateCommand,
      },
    ],
  },
  {
    name: 'load',
    group,
    summary: 'Set what the pods of a workload use, for autoscalers and top',
    usage: `[TYPE/NAME [CPU | off]] [--memory SIZE] [--over TIME | --every TIME] [-n NAMESPACE] ${where}`,
    examples: [
      { about: 'Each container uses 80 % of the CPU that it requests', line: 'cluster load deploy/web 80%' },
      { about: 'An amount, and memory', line: 'cluster load sts/postgres 250m --memory 64Mi' },
      { about: 'More and more over ten minutes', line: 'cluster load deploy/web 20%..150% --over 10m' },
      { about: 'Up and down every half hour', line: 'cluster load deploy/web 20%..80% --every 30m' },
      {
        about: 'What is set, and how to take it back',
        line: '$tool cluster load && $tool cluster load deploy/web off',
      },
    ],
    load: async () => (await load()).loadCommand,
  },
];
