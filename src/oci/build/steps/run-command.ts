import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { CommittedLayer, RunMount } from '../../rootfs/types.ts';
import { BuildFailure } from '../build-failure.ts';
import type { KeyParts } from '../cache/build-cache.ts';
import type { FileSource, PlannedMount, RunOperation } from '../plan/operations.ts';
import { environmentLines } from '../plan/variables.ts';
import type { BuildRoom, StageState, Vertex } from './build-room.ts';
import type { FileTree } from './file-tree.ts';
import { digestBelow, materialise } from './materialise.ts';
import { MissingSource } from './select-files.ts';

/** Finds the tree that a mount takes files from. */
export type TreeOf = (source: FileSource) => Promise<FileTree>;

/** What the result of a RUN depends on. What secrets hold and what caches have is no part of it. */
export async function runParts(operation: RunOperation, treeOf: TreeOf): Promise<KeyParts> {
  const { argv, env, cwd, user, network, scripts, mounts, range } = operation;
  const parts: Record<string, string> = {
    what: JSON.stringify([argv, scripts]),
    ...{ 'working directory': cwd, user, network },
  };
  for (const [name, value] of env) parts[`variable ${name}`] = value;
  for (const [index, mount] of mounts.entries()) {
    // Called by what the Dockerfile calls it, as this is what people are told; several may be at one place.
    const name = `mount ${mount.target}`;
    const part = name in parts ? `${name} (${index})` : name;
    if (mount.type !== 'bind') {
      parts[part] = JSON.stringify({ index, ...mount });
      continue;
    }
    const { path, target, readOnly } = mount;
    const files = await found(digestBelow(await treeOf(mount.source), path), range);
    parts[part] = JSON.stringify({ index, path, target, readOnly, files });
  }
  return parts;
}

/** Runs the command in what the stage has so far, and writes what it changed as a layer. @throws BuildFailure */
export async function runCommand(
  operation: RunOperation,
  state: StageState,
  room: BuildRoom,
  vertex: Vertex,
  treeOf: TreeOf,
): Promise<CommittedLayer | undefined> {
  const { argv, cwd, user, network, range, scripts } = operation;
  const env = new Map([...operation.env, ...operation.hiddenEnv]);
  const mounts: RunMount[] = [];
  for (const mount of operation.mounts) {
    const made = await mountOf(mount, operation, room, treeOf, env);
    if (made) mounts.push(made);
  }
  const own = { mode: 0o755, uid: 0, gid: 0 };
  for (const { name, content } of scripts) {
    mounts.push({ type: 'secret', content: Buffer.from(content), target: name, ...own });
  }
  const roots = await room.roots();
  await using root = await roots.open(
    state.layers.map(({ digest, diffId }) => ({ digest, diffId })),
    { signal: room.signal },
  );
  const { code } = await root.run(
    { argv, env: environmentLines(env), cwd, user, mounts, network, hostname: 'buildkitsandbox' },
    {
      output: (chunk) => vertex.output(chunk),
      signal: room.signal,
      waiting: (what) => vertex.note(`waiting for ${what}`),
    },
  );
  if (code !== 0) {
    const text = JSON.stringify(argv.join(' '));
    throw new BuildFailure(`process ${text} did not complete successfully: exit code: ${code}`, range);
  }
  const layer = await root.commit(room.lease, { epoch: room.epoch === undefined ? undefined : room.epoch / 1000 });
  return layer;
}

async function mountOf(
  mount: PlannedMount,
  { range }: RunOperation,
  room: BuildRoom,
  treeOf: TreeOf,
  env: Map<string, string>,
): Promise<RunMount | undefined> {
  if (mount.type === 'cache' || mount.type === 'tmpfs') return mount;
  if (mount.type === 'bind') {
    const source = join(await room.temporary(), `mount-${randomBytes(6).toString('hex')}`);
    await found(materialise(await treeOf(mount.source), mount.path, source), range);
    return { type: 'bind', source, target: mount.target, readOnly: mount.readOnly };
  }
  const content = await room.secret(mount);
  if (content === undefined) {
    if (!mount.isRequired) return undefined;
    throw new BuildFailure(`secret ${mount.id}: not found`, range, {
      hint: `Give it: --secret id=${mount.id},src=FILE, or --secret id=${mount.id},env=NAME.`,
    });
  }
  if (mount.env !== undefined) env.set(mount.env, content.toString('utf8'));
  const { target, mode, uid, gid } = mount;
  return target === undefined ? undefined : { type: 'secret', content, target, mode, uid, gid };
}

async function found<T>(work: Promise<T>, range: RunOperation['range']): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof MissingSource)) throw error;
    const hint = error.hint ? { hint: error.hint } : {};
    throw new BuildFailure(`failed to compute cache key: ${error.message}`, range, hint);
  }
}
