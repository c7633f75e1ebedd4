import type { SnapshotFacts, SnapshotRestored } from '../../api/control/snapshots.ts';
import { ApiStatusError } from '../../api/status.ts';
import { type ErrorCode, KctlError } from '../../lib/errors.ts';
import { badRequest, failure } from '../errors.ts';
import { restoreInto } from '../snapshots/restore.ts';
import { Snapshots } from '../snapshots/snapshots.ts';
import type { SnapshotWorld } from '../snapshots/world.ts';
import type { ControlCall } from './call.ts';
import { handleOf } from './components-route.ts';

/** How the answers to failures of snapshots are numbered. */
const codes: Readonly<Partial<Record<ErrorCode, readonly [number, string]>>> = {
  usage: [400, 'BadRequest'],
  input: [422, 'Invalid'],
  conflict: [409, 'Conflict'],
};

/** One after the other: each takes the cluster as it is. */
const last = new WeakMap<SnapshotWorld, Promise<unknown>>();

function inTurn<T>(world: SnapshotWorld, run: () => Promise<T>): Promise<T> {
  const mine = (last.get(world) ?? Promise.resolve()).then(run).catch((error: unknown) => {
    if (error instanceof ApiStatusError || !(error instanceof KctlError)) throw error;
    const [code, reason] = codes[error.code] ?? [500, 'InternalError'];
    throw new ApiStatusError(failure(code, reason, error.message, { kind: 'snapshots' }), { cause: error });
  });
  last.set(
    world,
    mine.catch(() => {}),
  );
  return mine;
}

function worldOf(call: ControlCall): { world: SnapshotWorld; snapshots: Snapshots } {
  const world = handleOf(call).snapshots;
  if (!world) throw badRequest('this cluster keeps nothing on disk');
  return { world, snapshots: new Snapshots(world.dataDir) };
}

function nameOf({ body }: ControlCall): string {
  const name = body['name'];
  if (typeof name !== 'string') throw badRequest('name must be that of a snapshot');
  return name;
}

/** `POST snapshots/save` with `{ name, force? }`: `{ snapshot }` (api/control/snapshots.ts). */
export function saveSnapshot(call: ControlCall): Promise<{ snapshot: SnapshotFacts }> {
  const { world, snapshots } = worldOf(call);
  const { machine, keys } = call.context;
  const name = nameOf(call);
  return inTurn(world, async () => {
    const source = {
      copyTo: (file: string) => machine.store.copyTo(file),
      volumes: world.volumes,
      wall: world.wall(),
      clusterTime: machine.clock.now(),
      authority: keys.ca.cert,
    };
    return { snapshot: await snapshots.save(name, source, call.body['force'] === true) };
  });
}

/** `POST snapshots/restore` with `{ name }`: `{ snapshot, restored: { written, removed, same } }`. */
export function restoreSnapshot(call: ControlCall): Promise<SnapshotRestored> {
  const { world, snapshots } = worldOf(call);
  const { machine, keys } = call.context;
  const name = nameOf(call);
  return inTurn(world, async () => {
    // Read and checked as a whole before anything stops.
    const read = snapshots.read(name);
    const restored = await world.betweenLives(async () => {
      const done = await restoreInto({ store: machine.store, dataDir: world.dataDir, authority: keys.ca.cert }, read);
      world.leapTo(Date.parse(read.facts.clusterTime));
      return done;
    });
    return { snapshot: read.facts, restored };
  });
}
