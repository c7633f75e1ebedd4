import type { CommandEntry } from '../command.ts';
import { snapshotCompletion, snapshotsCompletion } from './completions.ts';

const group = 'Bundled cluster';

/** `kctl cluster snapshot ...` */
export const snapshotEntry: CommandEntry = {
  name: 'snapshot',
  group,
  summary: 'Keep the whole state of the cluster, and go back to it',
  usage: 'COMMAND',
  examples: [
    { about: 'Keep what there is', line: 'cluster snapshot save before-upgrade' },
    { about: 'Go back to it, without a restart', line: 'cluster snapshot restore before-upgrade' },
  ],
  subcommands: [
    {
      name: 'save',
      group,
      summary: 'Save the state of a cluster, be it running or stopped',
      usage: '[NAME] [--to FILE] [--force] [--name CLUSTER]',
      examples: [{ about: 'Into a file for somebody else', line: 'cluster snapshot save shop --to shop.kctl' }],
      load: async () => (await import('./snapshot.ts')).snapshotSaveCommand,
    },
    {
      name: 'restore',
      group,
      summary: 'Put a cluster back to a saved state; address and kubeconfig stay',
      usage: '(NAME | --from FILE) [--name CLUSTER]',
      examples: [
        { about: 'From a file that somebody else has saved', line: 'cluster snapshot restore --from shop.kctl' },
      ],
      complete: snapshotCompletion,
      load: async () => (await import('./snapshot.ts')).snapshotRestoreCommand,
    },
    {
      name: 'list',
      aliases: ['ls'],
      group,
      summary: 'List the snapshots of a cluster',
      usage: '[--name CLUSTER] [-o json]',
      load: async () => (await import('./snapshot.ts')).snapshotListCommand,
    },
    {
      name: 'delete',
      aliases: ['rm'],
      group,
      summary: 'Delete snapshots',
      usage: 'NAME... [--name CLUSTER]',
      complete: snapshotsCompletion,
      load: async () => (await import('./snapshot.ts')).snapshotDeleteCommand,
    },
  ],
};
