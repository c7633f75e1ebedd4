import type { CommandEntry } from '../command.ts';
import { faultEntry } from './fault-entry.ts';
import { scenarioEntry } from './scenario-entry.ts';
import { snapshotEntry } from './snapshot-entry.ts';
import { steeringEntries } from './steering-entries.ts';

/** `kctl cluster ...`, as help and dispatch see it. */
export const clusterEntry: CommandEntry = {
  name: 'cluster',
  own: true,
  group: 'Bundled cluster',
  summary: 'Start, stop and look after the bundled cluster',
  usage: 'COMMAND',
  subcommands: [
    {
      name: 'start',
      group: 'Bundled cluster',
      summary: 'Start the bundled cluster and wait until it is ready',
      usage: '[--name NAME] [--port PORT] [--address IP] [--nodes N] [--empty] [--foreground]',
      examples: [
        { about: 'Start the default cluster with the demo shop', line: 'cluster start' },
        {
          about: 'One that other machines reach by a name',
          line: 'cluster start --address 0.0.0.0 --tls-san build.example.com',
        },
        { about: 'A second one, without the demo, with 5 nodes', line: 'cluster start --name test --empty --nodes 5' },
      ],
      load: async () => (await import('./start.ts')).startCommand,
    },
    {
      name: 'stop',
      group: 'Bundled cluster',
      summary: 'Stop the bundled cluster; its state is kept',
      usage: '[--name NAME]',
      load: async () => (await import('./stop.ts')).stopCommand,
    },
    {
      name: 'status',
      group: 'Bundled cluster',
      summary: 'Show whether the cluster runs, where, and what it takes',
      usage: '[--name NAME]',
      load: async () => (await import('./status.ts')).statusCommand,
    },
    {
      name: 'list',
      aliases: ['ls'],
      group: 'Bundled cluster',
      summary: 'List the bundled clusters',
      usage: '',
      load: async () => (await import('./status.ts')).listCommand,
    },
    {
      name: 'delete',
      group: 'Bundled cluster',
      summary: 'Stop a cluster and remove everything it kept',
      usage: '[--name NAME]',
      load: async () => (await import('./delete.ts')).deleteCommand,
    },
    {
      name: 'reset',
      group: 'Bundled cluster',
      summary: 'Put a cluster back to the state of its first start',
      usage: '[--name NAME] [--yes]',
      load: async () => (await import('./reset.ts')).resetCommand,
    },
    {
      name: 'kubeconfig',
      group: 'Bundled cluster',
      summary: 'Print a kubeconfig that any client can use',
      usage: '[--name NAME]',
      examples: [
        {
          about: 'Point kubectl at it',
          line: 'cluster kubeconfig > shop.yaml && kubectl --kubeconfig shop.yaml get pods',
        },
      ],
      load: async () => (await import('./kubeconfig.ts')).kubeconfigCommand,
    },
    faultEntry,
    snapshotEntry,
    scenarioEntry,
    ...steeringEntries,
  ],
};
