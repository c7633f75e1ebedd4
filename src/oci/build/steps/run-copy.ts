import { createHash, randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { KctlError } from '../../../lib/errors.ts';
import type { LayerEntry } from '../../read-layer.ts';
import type { CommittedLayer } from '../../rootfs/types.ts';
import { BuildFailure } from '../build-failure.ts';
import type { KeyParts } from '../cache/build-cache.ts';
import type { CopyOperation } from '../plan/operations.ts';
import { isAddress } from '../plan/plan-copy.ts';
import { type FetchedFile, fetchFile } from '../sources/fetch-file.ts';
import type { GitRoom } from '../sources/git.ts';
import { type GitAddress, isGitAddress, parseGitAddress, withoutPassword } from '../sources/git-address.ts';
import { findCommit, type GitCommit } from '../sources/git-checkout.ts';
import { gitRoom, repositoryTree } from '../sources/repository.ts';
import type { BuildRoom, StageState } from './build-room.ts';
import { fileMode } from './file-mode.ts';
import { type FileTree, fileOf } from './file-tree.ts';
import { LayerDraft } from './layer-draft.ts';
import { layerTree } from './layer-tree.ts';
import { type Owner, ownerOf } from './owner.ts';
import { MissingSource, type Selection, selectFiles } from './select-files.ts';
import { isArchive, readyArchive, unpackArchive } from './unpack-archive.ts';
import { writeLayer } from './write-layer.ts';

/** Something that is copied, in the order of the instruction. */
type Taken =
  | { kind: 'selected'; tree: FileTree; selection: Selection }
  | { kind: 'fetched'; file: FetchedFile }
  | { kind: 'repository'; address: GitAddress; commit: GitCommit; git: GitRoom };

/** What a COPY or ADD takes, found before it is known whether it has to be done. */
export interface PreparedCopy {
  operation: CopyOperation;
  taken: readonly Taken[];
  /** Of what is copied: contents and metadata, without times. */
  parts: KeyParts;
  /** Digests by path. */
  files: Record<string, string>;
}

/**
 * Finds the files and their digests; repositories are only asked which commit is meant.
 * @throws BuildFailure in docker's words
 */
export async function prepareCopy(operation: CopyOperation, tree: FileTree, room: BuildRoom): Promise<PreparedCopy> {
  const taken: Taken[] = [];
  for (const path of operation.paths) taken.push(await take(path, operation, tree, room));
  const files: Record<string, string> = {};
  const contents = createHash('sha256');
  const commits: string[] = [];
  const keepsOwner = operation.source.from !== 'context';
  for (const one of taken) {
    if (one.kind === 'fetched') {
      contents.update(`@${one.file.name}\0${one.file.digest}\0`);
      files[one.file.name || 'what is fetched'] = one.file.digest;
    }
    if (one.kind === 'repository') commits.push(one.commit.commit);
    for (const { file, to } of one.kind === 'selected' ? one.selection.files : []) {
      if (!file) continue;
      const { kind, mode, uid, gid, link } = file.entry;
      const source = fileOf(file);
      const hash = source.entry.kind === 'file' ? await tree.hash(source) : '';
      // The folder that stands for what is in it is not copied itself.
      if (to === '') continue;
      const facts = [kind === 'hardlink' ? 'file' : kind, mode, ...(keepsOwner ? [uid, gid] : []), hash || link].join(
        ' ',
      );
      files[file.entry.path] = facts;
      contents.update(`${to}\0${facts}\0`);
    }
  }
  for (const { name, content } of operation.inline) contents.update(`<<${name}\0${content}\0`);
  const commit = commits.length > 0 ? { commit: commits.join(' ') } : {};
  return {
    ...{ operation, taken, files },
    parts: { ...copyParts(operation), files: contents.digest('hex'), ...commit },
  };
}

async function take(path: string, operation: CopyOperation, tree: FileTree, room: BuildRoom): Promise<Taken> {
  const { range, excludes, parents, checksum, destination } = operation;
  if (operation.instruction === 'ADD' && isGitAddress(path)) {
    const address = parseGitAddress(path);
    if (checksum !== undefined) {
      const isOther = address.checksum !== undefined && address.checksum !== checksum;
      if (isOther) throw new BuildFailure(`checksum conflicts: "${checksum}" vs "${address.checksum}"`, range);
      address.checksum = checksum;
    }
    const secret = (id: string) => room.secret({ type: 'secret', id, ...NO_MOUNT });
    const { signal, ssh } = room;
    const git = await gitRoom(address.remote, await room.temporary(), { signal, env: process.env, secret, ssh });
    return { kind: 'repository', address, commit: await findCommit(address, git), git };
  }
  if (operation.instruction === 'ADD' && isAddress(path)) {
    const file = await fetchFile(path, room, checksum);
    if (checksum !== undefined && checksum !== file.digest) {
      throw new BuildFailure(`digest mismatch ${file.digest}: ${checksum}`, range);
    }
    if (file.name === '' && destination.endsWith('/')) {
      throw new BuildFailure(`cannot determine filename for ${withoutPassword(path)}`, range);
    }
    return { kind: 'fetched', file };
  }
  try {
    return { kind: 'selected', tree, selection: selectFiles(tree, { paths: [path], excludes, parents }) };
  } catch (error) {
    if (!(error instanceof MissingSource)) throw error;
    throw new BuildFailure(
      `failed to compute cache key: ${error.message}`,
      range,
      error.hint ? { hint: error.hint } : {},
    );
  }
}

/** A secret that is for us, and mounted nowhere. */
const NO_MOUNT = { target: undefined, env: undefined, isRequired: false, mode: 0, uid: 0, gid: 0 };

/** Fetches what was only asked for so far. */
async function fetchRepository(taken: Taken, operation: CopyOperation, room: BuildRoom): Promise<Taken> {
  if (taken.kind !== 'repository') return taken;
  const { address, commit, git } = taken;
  const keeps = operation.keepGitDir || address.keepGitDir === true;
  const tree = await repositoryTree(address, commit, keeps, await room.temporary(), git);
  const { excludes } = operation;
  return { kind: 'selected', tree, selection: selectFiles(tree, { paths: ['/'], excludes, parents: false }) };
}

/** All but the files themselves. */
function copyParts(operation: CopyOperation): KeyParts {
  const { instruction, destination, paths, chown, chmod, keepGitDir, link, parents, unpack, excludes } = operation;
  const what = { instruction, destination, paths, chown, chmod, keepGitDir, link, parents, unpack, excludes };
  return { what: JSON.stringify(what) };
}

/** Lays the files where they belong and writes that as a layer. @throws BuildFailure */
export async function runCopy(
  { operation, taken: found }: PreparedCopy,
  state: StageState,
  room: BuildRoom,
): Promise<CommittedLayer | undefined> {
  const { destination, chown, chmod, link, inline, instruction } = operation;
  const taken: Taken[] = [];
  for (const one of found) taken.push(await fetchRepository(one, operation, room));
  const lower = link ? undefined : await state.files();
  const root = async () =>
    layerTree(
      room.store,
      state.layers.map(({ digest }) => digest),
      await state.files(),
    );
  const owner: Owner | undefined = chown === undefined ? undefined : await ownerOf(chown, root);
  const changeMode = chmod === undefined ? undefined : fileMode(chmod);
  if (chmod !== undefined && !changeMode) {
    throw new BuildFailure(
      `invalid chmod parameter: '${chmod}'. it should be octal string and between 0 and 07777`,
      operation.range,
    );
  }
  const now = room.epoch ?? room.now();
  const draft = new LayerDraft(lower, now);
  const newFolders = owner ?? { uid: 0, gid: 0 };
  const wanted = destination.replace(/^\/+|\/+$/g, '');
  const real = draft.resolve(wanted);
  const selections = taken.flatMap((one) => (one.kind === 'selected' ? [one.selection] : []));
  const hasFolder = selections.some(({ files }) => files.some(({ isNamed }) => !isNamed));
  const count = selections.reduce((sum, { named }) => sum + named, taken.length - selections.length + inline.length);
  const intoFolder = destination.endsWith('/') || draft.isFolder(real) || operation.parents;
  if (count > 1 && !intoFolder) {
    const why = 'the destination must be a directory and end with a /';
    throw new BuildFailure(`When using ${instruction} with more than one source file, ${why}`, operation.range);
  }
  // A pattern that matches nothing makes no folder either.
  if (count === 0 && !operation.parents) return undefined;
  if (intoFolder || hasFolder) {
    if (draft.at(real) !== undefined && !draft.isFolder(real)) {
      throw new KctlError('input', `cannot copy to non-directory: /${real}`);
    }
    draft.makeFolder(wanted, newFolders);
  } else draft.makeFolder(real.slice(0, Math.max(0, real.lastIndexOf('/'))), newFolders);

  const under = (to: string) => (real === '' ? to : `${real}/${to}`);
  const put = (entry: LayerEntry, content: Parameters<LayerDraft['place']>[1]) => {
    const isFolder = entry.kind === 'directory';
    const mode = changeMode && entry.kind !== 'symlink' ? changeMode(entry.mode, isFolder) : entry.mode;
    draft.place({ ...entry, mode, ...(owner ?? {}) }, content);
  };
  const plain = { kind: 'file', uid: 0, gid: 0, link: '' } as const;
  const putFetched = async ({ path: file, name, digest, mtime, size }: FetchedFile) => {
    if (operation.unpack && (await isArchive(file, name))) {
      const ready = await readyArchive(file, name, join(await room.temporary(), `${randomUUID()}.tar`));
      await unpackArchive(ready, name, draft, draft.makeFolder(wanted, newFolders), owner);
      return;
    }
    const hash = Buffer.from(digest.slice('sha256:'.length), 'hex').toString('base64');
    const entry = { ...plain, path: intoFolder ? under(name) : real, size, mode: 0o600, mtime, hash };
    put(entry, { tree: oneFile(file), file: { entry, layer: 0 } });
  };
  const putSelected = async (tree: FileTree, { file, to, isNamed, together }: Selection['files'][number]) => {
    const path = isNamed && !intoFolder ? real : under(to);
    if (!file) {
      draft.makeFolder(path, newFolders);
      return;
    }
    const source = fileOf(file);
    if (source.entry.kind !== 'file') {
      put({ ...source.entry, path }, undefined);
      return;
    }
    const isUnpacked = instruction === 'ADD' && isNamed && operation.unpack !== false;
    if (isUnpacked && (await addArchive(source.entry.path, operation, draft, { wanted, owner, newFolders }, room)))
      return;
    put({ ...source.entry, path, hash: await tree.hash(source) }, { tree, file: source, together });
  };
  for (const one of taken) {
    if (one.kind === 'fetched') await putFetched(one.file);
    if (one.kind !== 'selected') continue;
    for (const selected of one.selection.files) if (selected.to !== '') await putSelected(one.tree, selected);
  }
  for (const { name, content } of inline) {
    const bytes = Buffer.from(content);
    const hash = createHash('sha256').update(bytes).digest('base64');
    put({ ...plain, path: intoFolder ? under(name) : real, size: bytes.length, mode: 0o644, mtime: now, hash }, bytes);
  }
  if (draft.entries.size === 0) return undefined;
  const { entries, ...layer } = await writeLayer(draft, room.lease, room.epoch, room.signal);
  room.listings.keep(layer.digest, entries);
  return layer;
}

interface Place {
  wanted: string;
  owner: Owner | undefined;
  newFolders: Owner;
}

/** @returns false for what is no archive, and is copied as it is then */
async function addArchive(
  path: string,
  { source }: CopyOperation,
  draft: LayerDraft,
  { wanted, owner, newFolders }: Place,
  room: BuildRoom,
): Promise<boolean> {
  const context = await room.contextFolder();
  if (source.from !== 'context' || context === undefined) return false;
  const file = join(context, path);
  if (!(await stat(file)).isFile() || !(await isArchive(file, path))) return false;
  const ready = await readyArchive(file, path, join(await room.temporary(), `${randomUUID()}.tar`));
  await unpackArchive(ready, path, draft, draft.makeFolder(wanted, newFolders), owner);
  return true;
}

function oneFile(path: string): FileTree {
  return {
    files: undefined as never,
    hash: async ({ entry }) => entry.hash,
    async read([file], handle) {
      const { createReadStream } = await import('node:fs');
      if (file) await handle(file, createReadStream(path), file.entry.size);
    },
  };
}
