import type { TableColumn } from '../../../api/meta.ts';
import { humanDuration } from '../../../lib/age.ts';
import {
  type FleetRollout,
  type FleetSet,
  type FleetStep,
  FleetTracker,
  type FleetWorkload,
  fleetSet,
  fleetWorkload,
} from '../../../store/rollout/fleet.ts';
import { say, sayAssembled } from '../../words/say.ts';
import type { LiveKinds } from '../pages/live-kinds.ts';
import { barOf } from '../rollout/figures.ts';
import { rolloutKinds } from '../rollout/rollout-kinds.ts';
import { type DerivedRow, derivedTable, refTo } from './derived-table.ts';
import { namedColumns } from './load.ts';
import { type LocalTable, localResource } from './local-table.ts';

export const rolloutsResource = { ...localResource('rollouts', 'rollout', 'Rollout'), namespaced: true };

/** What is worst first: states are named so that the alphabet is their order. */
export const rolloutsSort = { column: 'Status', descending: false };

const rolloutColumns: TableColumn[] = namedColumns(
  ...['Kind', 'Name', 'Status', 'Progress', 'Ready', 'Step', 'Age', 'Ends', 'Cause'],
);

/** How often estimates go on while something moves (ms), and what is done may have to go. */
const tickMs = { moving: 5000, resting: 60_000 };
const barWidth = 12;

const steps: Readonly<Record<FleetStep, string>> = {
  observe: 'waits for its controller',
  create: 'makes pods',
  ready: 'pods get ready',
  available: 'pods get available',
  leave: 'old pods leave',
  paused: 'paused',
  done: 'done',
};

function rowOf(
  { workload, state, step, newReady, startedAt, leftMs, cause }: FleetRollout,
  live: LiveKinds,
): DerivedRow {
  const { kind, namespace, name, uid, updated, desired, total } = workload;
  const old = Math.max(0, total - updated);
  const bar = barOf(barWidth, Math.max(desired, updated + old, 1), [
    { share: newReady, sign: '█' },
    { share: updated - newReady, sign: '▓' },
    { share: old, sign: '░' },
  ]);
  const word = kind.toLowerCase();
  const resource = live.resource(`${word}s.apps`);
  return {
    id: `${word}/${name}`,
    namespace,
    ...(resource && { ref: refTo(resource, namespace, name, uid) }),
    ...(startedAt !== undefined && { created: new Date(startedAt).toISOString() }),
    cells: [
      ...[word, name, state, bar, `${newReady}/${desired}`, say(steps[step]), ''],
      ...[leftMs === undefined ? '' : `~${humanDuration(leftMs)}`, sayAssembled(cause)],
    ],
  };
}

/** Every rollout under way, and those that ended lately, by watches of workloads and replica sets: never of pods. */
export const rolloutsTable: LocalTable = {
  resource: rolloutsResource,
  open(services, { scope }) {
    const { timing } = services;
    const tracker = new FleetTracker(timing.now());
    let changed = () => {};
    let timer: { cancel(): void } | undefined;
    return derivedTable(services, {
      columns: rolloutColumns,
      kinds: [
        ...rolloutKinds.map((kind) => ({ kind, scope, optional: true, keep: fleetWorkload })),
        { kind: 'replicasets.apps', scope, optional: true, keep: fleetSet },
      ],
      attach(told) {
        changed = told;
        return () => timer?.cancel();
      },
      rows(live) {
        const workloads = rolloutKinds.flatMap((kind) => live.values<FleetWorkload>(kind));
        const sets = live.values<FleetSet | undefined>('replicasets.apps').filter((set) => set !== undefined);
        const rollouts = tracker.rollouts(workloads, sets, timing.now());
        timer?.cancel();
        // While nothing is there to be told, only changes wake it.
        timer =
          rollouts.length === 0
            ? undefined
            : timing.after(FleetTracker.isMoving(rollouts) ? tickMs.moving : tickMs.resting, () => changed());
        return rollouts.map((one) => rowOf(one, live));
      },
    });
  },
  enter(host, { name, namespace = '' }) {
    const [word = '', called = ''] = name.split('/');
    host.command(['rollout', [word, namespace, called].join('/')].join(' '));
  },
};
