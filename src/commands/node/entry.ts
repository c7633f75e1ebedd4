import type { CommandEntry } from '../command.ts';

const group = 'Cluster Management Commands';

/** Verbs that change nodes. */
export const nodeEntries: readonly CommandEntry[] = [
  {
    name: 'cordon',
    group,
    summary: 'Mark node as unschedulable',
    usage: 'NODE',
    examples: [{ about: 'Let a node take no new pods', line: 'cordon kctl-worker-1' }],
    load: async () => (await import('./cordon.ts')).cordonCommand,
  },
  {
    name: 'uncordon',
    group,
    summary: 'Mark node as schedulable',
    usage: 'NODE',
    examples: [{ about: 'Let a node take pods again', line: 'uncordon kctl-worker-1' }],
    load: async () => (await import('./cordon.ts')).uncordonCommand,
  },
  {
    name: 'drain',
    group,
    summary: 'Drain node in preparation for maintenance',
    usage: 'NODE',
    examples: [
      { about: 'See what would go', line: 'drain kctl-worker-1 --ignore-daemonsets --dry-run=client' },
      {
        about: 'Take all pods off a node, but for those of daemon sets',
        line: 'drain kctl-worker-1 --ignore-daemonsets --delete-emptydir-data',
      },
      { about: 'Give up after five minutes', line: 'drain kctl-worker-1 --ignore-daemonsets --timeout=5m' },
    ],
    load: async () => (await import('./drain.ts')).drainCommand,
  },
  {
    name: 'taint',
    group,
    summary: 'Update the taints on one or more nodes',
    usage: 'NODE NAME KEY_1=VAL_1:TAINT_EFFECT_1 ... KEY_N=VAL_N:TAINT_EFFECT_N',
    examples: [
      { about: 'Keep pods without a toleration away', line: 'taint nodes kctl-worker-1 dedicated=search:NoSchedule' },
      { about: 'Take the taint away', line: 'taint nodes kctl-worker-1 dedicated:NoSchedule-' },
    ],
    load: async () => (await import('./taint.ts')).taintCommand,
  },
];
