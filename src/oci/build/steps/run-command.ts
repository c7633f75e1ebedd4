import type { CommittedLayer, RunMount } from '../../rootfs/types.ts';
import { BuildFailure } from '../build-failure.ts';
import type { KeyParts } from '../cache/build-cache.ts';
import type { FileSource, PlannedMount, RunOperation } from '../plan/operations.ts';
import { environmentLines } from '../plan/variables.ts';
import type { BuildRoom, StageState, Vertex } from './build-room.ts';
import type { FileTree } from './file-tree.ts';
import { machineMounts } from './machine-settings.ts';
import { digestBelow, givenFiles } from './materialise.ts';
import { MissingSource } from './select-files.ts';

/** What BuildKit calls them. */
const HOSTNAME = 'buildkitsandbox';

/** Finds the tree that a mount takes files from. */
export type TreeOf = (source: FileSource) => Promise<FileTree>;

/** What the result of a RUN depends on. What secrets hold and what caches have is no part of it. */
export async function runParts(operation: RunOperation, treeOf: TreeOf): Promise<KeyParts> {
  const { argv, env, cwd, user, network, scripts, mounts, range, isPrivileged } = operation;
  const parts: Record<string, string> = {
    what: JSON.stringify([argv, scripts]),
    ...{ 'working directory': cwd, user, network, ...(isPrivileged ? { security: 'insecure' } : {}) },
  };
  for (const [name, value] of env) parts[`variable ${name}`] = value;
  for (const [index, mount] of mounts.entries()) {
    // Called by what the Dockerfile calls it, as this is what people are told; several may be at one place.
    const name = `mount ${mount.target}`;
    const part = name in parts ? `${name} (${index})` : name;
    // Who answers as an agent does not count, nor where it is found.
    const { source, ...own } = 'source' in mount ? mount : { ...mount, source: undefined, path: '' };
    const files = source && (await found(digestBelow(await treeOf(source), own.path), range));
    parts[part] = JSON.stringify({ index, ...own, ...(files === undefined ? {} : { files }) });
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
  const { argv, cwd, user, network, range, scripts, isPrivileged } = operation;
  const env = new Map([...operation.env, ...operation.hiddenEnv]);
  const mounts: RunMount[] = [];
  mounts.push(...machineMounts(room.machine, HOSTNAME));
  for (const mount of operation.mounts) {
    const made = await mountOf(mount, operation, room, treeOf, env);
    if (made) mounts.push(made);
  }
  const own = { mode: 0o755, uid: 0, gid: 0, isProgram: true };
  for (const { name, content } of scripts) {
    mounts.push({ type: 'secret', content: Buffer.from(content), target: name, ...own });
  }
  const roots = await room.roots();
  await using root = await roots.open(
    state.layers.map(({ digest, diffId }) => ({ digest, diffId })),
    { signal: room.signal },
  );
  const { code } = await root.run(
    {
      argv,
      env: environmentLines(env),
      cwd,
      user,
      mounts,
      network,
      isPrivileged,
      hostname: HOSTNAME,
      limits: room.machine.limits ?? [],
    },
    {
      output: (chunk) => vertex.output(chunk),
      isOneStream: true,
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
  if (mount.type === 'tmpfs') return mount;
  const take = async (source: FileSource, path: string) =>
    found(
      treeOf(source).then((tree) => givenFiles(tree, path)),
      range,
    );
  if (mount.type === 'bind') {
    const { target, readOnly } = mount;
    return { type: 'files', files: await take(mount.source, mount.path), target, readOnly };
  }
  if (mount.type === 'cache') {
    const { source, path, ...cache } = mount;
    if (!source) return cache;
    const files = await take(source, path);
    if (!files.isFolder) throw new BuildFailure(`a cache cannot begin with ${path}: it is no folder`, range);
    return { ...cache, begin: { key: await digestBelow(await treeOf(source), path), files } };
  }
  if (mount.type === 'ssh') {
    // As in BuildKit also where there is none.
    if (!env.has('SSH_AUTH_SOCK')) env.set('SSH_AUTH_SOCK', mount.target);
    return agentMount(mount, room, range);
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

async function agentMount(
  { id, isRequired, target, mode, uid, gid }: Extract<PlannedMount, { type: 'ssh' }>,
  room: BuildRoom,
  range: RunOperation['range'],
): Promise<RunMount | undefined> {
  const connect = await room.ssh(id);
  if (connect) return { type: 'socket', connect, target, mode, uid, gid };
  if (!isRequired) return undefined;
  throw new BuildFailure(`no SSH key ${JSON.stringify(id)} forwarded from the client`, range, {
    hint: `Give it: --ssh ${id} for your agent (SSH_AUTH_SOCK), or --ssh ${id}=KEY for the key in a file.`,
  });
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
