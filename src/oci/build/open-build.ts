import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf } from '../digest.ts';
import { storeFolders } from '../rootfs/store-folders.ts';
import type { StoreLease } from '../store/types.ts';
import { BuildContexts } from './build-contexts.ts';
import type { BuildRequest, BuildTools } from './build-request.ts';
import { BuildCache } from './cache/build-cache.ts';
import { BuildDatabase } from './cache/build-database.ts';
import { FileDigests } from './cache/file-digests.ts';
import { LastBuild } from './cache/last-build.ts';
import { LayerListings } from './cache/listings.ts';
import type { Plan } from './plan/plan-build.ts';
import { wantedPaths } from './plan/wanted-paths.ts';
import { StageBuilds } from './stage-builds.ts';
import type { BuildRoom } from './steps/build-room.ts';

/** A build that goes on: what its steps work with. Disposing of it lets go of all that it held. */
export interface OpenBuild extends AsyncDisposable {
  room: BuildRoom;
  stages: StageBuilds;
  lastBuild: LastBuild;
}

/** It belongs to the lease: what a process that was killed has left there goes with the next look at the store. */
async function temporaryFolder(store: string, lease: StoreLease): Promise<string> {
  // Only what holds something is known to others.
  await lease.hold(digestOf(Buffer.alloc(0)));
  const { live } = storeFolders(store);
  await mkdir(live, { recursive: true, mode: 0o700 });
  return mkdtemp(join(live, `${lease.id}.build-`));
}

export function openBuild(request: BuildRequest, tools: BuildTools, plans: readonly Plan[]): OpenBuild {
  const { store, now, progress } = tools;
  // Let go of in the reverse order, each also where another fails.
  const held = new AsyncDisposableStack();
  const database = held.adopt(new BuildDatabase(store.path), (one) => one.close());
  const digests = new FileDigests(database);
  const cache = new BuildCache(store, database, now);
  const lastBuild = new LastBuild(database, request);
  const lease = held.use(store.lease(`build ${request.names[0] ?? request.identity}`));
  held.defer(() => cache.save());
  held.defer(() => digests.save());
  const stop = new AbortController();
  const signal = AbortSignal.any([tools.signal, stop.signal]);
  const contexts = new BuildContexts({ request, digests, progress, signal, wanted: () => wantedPaths(plans) });
  const shared = new Map<string, Promise<unknown>>();
  let folder: Promise<string> | undefined;

  const room: BuildRoom = {
    ...{ store, progress, now, lease, cache, signal },
    listings: new LayerListings(store, database),
    epoch: request.epoch,
    machine: request.machine ?? {},
    skipsCache: ({ name }) => (typeof request.noCache === 'boolean' ? request.noCache : request.noCache.includes(name)),
    once: <Result>(name: string, work: () => Promise<Result>) => {
      const found = (shared.get(name) as Promise<Result> | undefined) ?? work();
      shared.set(name, found);
      return found;
    },
    context: () => contexts.main(),
    named: (context) => contexts.named(context),
    contextFolder: async () => request.context,
    roots: () => tools.roots(),
    secret: (mount) => request.secret(mount),
    ssh: async (id) => request.ssh?.(id),
    stage: (stage) => stages.one(stage),
    temporary: () => {
      folder ??= temporaryFolder(store.path, lease).then((path) =>
        held.adopt(path, (made) => rm(made, { recursive: true, force: true })),
      );
      return folder;
    },
  };
  const stages = new StageBuilds(room, lastBuild, stop, tools.signal);

  return { room, stages, lastBuild, [Symbol.asyncDispose]: () => held.disposeAsync() };
}
