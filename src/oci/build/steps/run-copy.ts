import { createHash, randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { KctlError } from '../../../lib/errors.ts';
import type { LayerEntry } from '../../read-layer.ts';
import type { CommittedLayer } from '../../rootfs/types.ts';
import { BuildFailure } from '../build-failure.ts';
import type { KeyParts } from '../cache/build-cache.ts';
import type { CopyOperation } from '../plan/operations.ts';
import { isAddress, isRepository } from '../plan/plan-copy.ts';
import type { BuildRoom, StageState } from './build-room.ts';
import { type FetchedFile, fetchFile } from './fetch-file.ts';
import { fileMode } from './file-mode.ts';
import { type FileTree, fileOf } from './file-tree.ts';
import { LayerDraft } from './layer-draft.ts';
import { layerTree } from './layer-tree.ts';
import { type Owner, ownerOf } from './owner.ts';
import { MissingSource, type Selection, selectFiles } from './select-files.ts';
import { isArchive, readyArchive, unpackArchive } from './unpack-archive.ts';
import { writeLayer } from './write-layer.ts';

/** What a COPY or ADD takes, found before it is known whether it has to be done. */
export interface PreparedCopy {
  operation: CopyOperation;
  tree: FileTree;
  selection: Selection;
  fetched: readonly FetchedFile[];
  /** Of what is copied: contents and metadata, without times. */
  parts: KeyParts;
  /** Digests by path. */
  files: Record<string, string>;
}

/**
 * Finds the files and their digests.
 * @throws BuildFailure in docker's words
 */
export async function prepareCopy(operation: CopyOperation, tree: FileTree, room: BuildRoom): Promise<PreparedCopy> {
  const { range, paths, excludes, parents, checksum } = operation;
  const repository = operation.instruction === 'ADD' ? paths.find(isRepository) : undefined;
  if (repository !== undefined) {
    throw new BuildFailure(`${repository} is a Git repository, which kctl does not clone`, range, {
      hint: 'Clone it into the build context and COPY it from there.',
    });
  }
  const isFetched = (path: string) => operation.instruction === 'ADD' && isAddress(path);
  const fetched: FetchedFile[] = [];
  for (const address of paths.filter(isFetched)) {
    const file = await fetchFile(
      address,
      join(await room.temporary(), `fetched-${fetched.length}-${range.first}`),
      room.signal,
    );
    if (checksum !== undefined && checksum !== file.digest) {
      throw new BuildFailure(`digest mismatch ${file.digest}: ${checksum}`, range);
    }
    if (file.name === '' && operation.destination.endsWith('/')) {
      throw new BuildFailure(`cannot determine filename for ${address}`, range);
    }
    fetched.push(file);
  }
  let selection: Selection;
  try {
    selection = selectFiles(tree, { paths: paths.filter((path) => !isFetched(path)), excludes, parents });
  } catch (error) {
    if (!(error instanceof MissingSource)) throw error;
    throw new BuildFailure(
      `failed to compute cache key: ${error.message}`,
      range,
      error.hint ? { hint: error.hint } : {},
    );
  }
  const files: Record<string, string> = {};
  const contents = createHash('sha256');
  const keepsOwner = operation.source.from !== 'context';
  for (const { file, to } of selection.files) {
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
  for (const { name, content } of operation.inline) contents.update(`<<${name}\0${content}\0`);
  for (const { name, digest } of fetched) contents.update(`@${name}\0${digest}\0`);
  return {
    ...{ operation, tree, selection, fetched, files },
    parts: { ...copyParts(operation), files: contents.digest('hex') },
  };
}

/** All but the files themselves. */
function copyParts(operation: CopyOperation): KeyParts {
  const { instruction, destination, paths, chown, chmod, link, parents, unpack, excludes } = operation;
  const what = { instruction, destination, paths, chown, chmod, link, parents, unpack, excludes };
  return { what: JSON.stringify(what) };
}

/** Lays the files where they belong and writes that as a layer. @throws BuildFailure */
export async function runCopy(
  { operation, tree, selection, fetched }: PreparedCopy,
  state: StageState,
  room: BuildRoom,
): Promise<CommittedLayer | undefined> {
  const { destination, chown, chmod, link, inline, instruction } = operation;
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
  const hasFolder = selection.files.some(({ isNamed }) => !isNamed);
  const count = selection.named + inline.length + fetched.length;
  const intoFolder = destination.endsWith('/') || draft.isFolder(real) || operation.parents;
  if (count > 1 && !intoFolder) {
    const why = 'the destination must be a directory and end with a /';
    throw new BuildFailure(`When using ${instruction} with more than one source file, ${why}`, operation.range);
  }
  if (count === 0 && !destination.endsWith('/')) return undefined;
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
  for (const { file, to, isNamed } of selection.files) {
    if (to === '') continue;
    const path = isNamed && !intoFolder ? real : under(to);
    if (!file) {
      draft.makeFolder(path, newFolders);
      continue;
    }
    const source = fileOf(file);
    if (source.entry.kind !== 'file') {
      put({ ...source.entry, path }, undefined);
      continue;
    }
    const isUnpacked = instruction === 'ADD' && isNamed && operation.unpack !== false;
    if (isUnpacked && (await addArchive(source.entry.path, operation, draft, { wanted, owner, newFolders }, room)))
      continue;
    put({ ...source.entry, path, hash: await tree.hash(source) }, { tree, file: source });
  }
  const plain = { kind: 'file', uid: 0, gid: 0, link: '' } as const;
  for (const { name, content } of inline) {
    const bytes = Buffer.from(content);
    const hash = createHash('sha256').update(bytes).digest('base64');
    put({ ...plain, path: intoFolder ? under(name) : real, size: bytes.length, mode: 0o644, mtime: now, hash }, bytes);
  }
  for (const { path: file, name, digest, mtime, size } of fetched) {
    if (operation.unpack && (await isArchive(file, name))) {
      const ready = await readyArchive(file, name, `${file}.tar`);
      await unpackArchive(ready, name, draft, draft.makeFolder(wanted, newFolders), owner);
      continue;
    }
    const hash = Buffer.from(digest.slice('sha256:'.length), 'hex').toString('base64');
    const entry = { ...plain, path: intoFolder ? under(name) : real, size, mode: 0o600, mtime, hash };
    put(entry, { tree: oneFile(file), file: { entry, layer: 0 } });
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
