import { createHash } from 'node:crypto';
import { KctlError } from '../../../lib/errors.ts';
import { LayerUnion } from '../../layer-union.ts';
import type { CommittedLayer } from '../../rootfs/types.ts';
import { failureAt } from '../build-failure.ts';
import { type CacheRecord, type KeyParts, keyOf } from '../cache/build-cache.ts';
import { type RememberedStep, whyMissed } from '../cache/why-missed.ts';
import { identities } from '../plan/identity.ts';
import type { CopyOperation, FileSource, Operation, PlannedStage, WorkdirOperation } from '../plan/operations.ts';
import { isAddress } from '../plan/plan-copy.ts';
import { platformName } from '../plan/platform.ts';
import type { Vertex } from '../progress/progress.ts';
import type { BuildRoom, StageState } from './build-room.ts';
import type { FileTree } from './file-tree.ts';
import { refuseForeign } from './foreign-platform.ts';
import { LayerDraft } from './layer-draft.ts';
import { layerTree } from './layer-tree.ts';
import { machineParts } from './machine-settings.ts';
import { ownerOf } from './owner.ts';
import { runCommand, runParts, type TreeOf } from './run-command.ts';
import { type PreparedCopy, prepareCopy, runCopy } from './run-copy.ts';
import { writeLayer } from './write-layer.ts';

/** A stage that was built. */
export interface BuiltStage extends StageState {
  /** Of each operation of the stage: the layer, where it made one. */
  results: ReadonlyMap<Operation, CacheRecord>;
  /** For the next build, which can say then what changed. */
  steps: readonly RememberedStep[];
}

/**
 * Does the steps of a stage one after the other, but for those whose results are there.
 * @param base what it begins with
 * @param before the steps of the last build
 * @throws BuildFailure
 */
export async function buildStage(
  stage: PlannedStage,
  base: StageState,
  before: readonly RememberedStep[],
  room: BuildRoom,
): Promise<BuiltStage> {
  const results = new Map<Operation, CacheRecord>();
  const steps: RememberedStep[] = [];
  let state = base;
  for (const [index, operation] of stage.operations.entries()) {
    const shared = `${identities(stage)[index + 1]} ${room.skipsCache(stage)}`;
    const done = await room.once(shared, () => showStep(operation, state, { stage, place: index, before, room }));
    steps.push(done.step);
    results.set(operation, done.record);
    state = after(state, done.record, room, standsAlone(operation));
  }
  return { ...state, results, steps };
}

async function showStep(
  operation: Operation,
  state: StageState,
  { stage, place, before, room }: Omit<StepContext, 'vertex'>,
): Promise<StepResult> {
  // What it takes files from is built before it begins.
  for (const needed of stagesOf(operation)) await room.stage(needed);
  if (sourcesOf(operation).some(({ from }) => from === 'context') && needsContext(operation)) await room.context();
  room.signal.throwIfAborted();
  const vertex = room.progress.begin(stepName(stage, place));
  try {
    return await doStep(operation, state, { stage, place, before, room, vertex });
  } catch (error) {
    const failure = failureAt(error, operation.range);
    vertex.failed((failure as Error).message, room.signal.aborted);
    throw withTail(failure, stage, place, vertex);
  }
}

/** `[build 2/4] RUN npm ci`; FROM is one of the steps where it is an image. */
export function stepName(stage: PlannedStage, index: number): string {
  const offset = stage.base.kind === 'image' ? 1 : 0;
  const total = stage.operations.length + offset;
  const number = String(index + 1 + offset).padStart(String(total).length);
  const title =
    index < 0
      ? `FROM ${stage.base.kind === 'image' ? stage.base.image.reference : stage.baseName}`
      : stage.operations[index]!.title;
  const crossTo = stage.operations[index]?.crossTo ?? '';
  const platform = stage.showsPlatform ? `${platformName(stage.platform)}${crossTo} ` : '';
  return `[${platform}${stage.name ? `${stage.name} ` : ''}${number}/${total}] ${title}`;
}

function sourcesOf(operation: Operation): FileSource[] {
  if (operation.kind === 'copy') return [operation.source];
  if (operation.kind !== 'run') return [];
  return operation.mounts.flatMap((mount) => ('source' in mount && mount.source ? [mount.source] : []));
}

/** Other stages that an operation takes files from. */
function stagesOf(operation: Operation): PlannedStage[] {
  return sourcesOf(operation).flatMap((source) => (source.from === 'stage' ? [source.stage] : []));
}

/** Files that stand in the Dockerfile, or are fetched, need no context. */
const needsContext = (operation: Operation): boolean =>
  operation.kind !== 'copy' || operation.paths.some((path) => !isAddress(path));

interface StepResult {
  record: CacheRecord;
  step: RememberedStep;
}

interface StepContext {
  stage: PlannedStage;
  place: number;
  before: readonly RememberedStep[];
  room: BuildRoom;
  vertex: Vertex;
}

async function doStep(operation: Operation, state: StageState, context: StepContext): Promise<StepResult> {
  const { room, vertex, place, before, stage } = context;
  const treeOf = (source: FileSource) => treeOfSource(source, room);
  const prepared = operation.kind === 'copy' ? await prepare(operation, treeOf, room) : undefined;
  const own =
    prepared?.parts ?? (operation.kind === 'run' ? await runParts(operation, treeOf) : workdirParts(operation));
  const epoch = room.epoch === undefined ? {} : { SOURCE_DATE_EPOCH: String(room.epoch) };
  const machine = operation.kind === 'run' ? machineParts(room.machine) : {};
  const parts: KeyParts = {
    kind: operation.kind,
    ...(standsAlone(operation) ? { link: 'true' } : { parent: state.key }),
    ...epoch,
    ...machine,
    ...own,
  };
  const key = keyOf(parts);
  const title = operation.title.replace(/\s+/g, ' ');
  const step: RememberedStep = { title, key, parts: shortened(parts), ...filesOf(prepared) };
  const known = room.skipsCache(stage) ? undefined : await room.cache.find(key, room.lease);
  if (known) {
    vertex.cached();
    return { record: known, step };
  }
  using _claim = room.skipsCache(stage)
    ? undefined
    : await room.cache.claim(key, room.signal, () => vertex.note('waiting for another build that does the same'));
  // Another build may have done it meanwhile.
  const done = room.skipsCache(stage) ? undefined : await room.cache.find(key, room.lease);
  if (done) {
    vertex.cached();
    return { record: done, step };
  }
  const why = room.skipsCache(stage) ? undefined : whyMissed(step, place, before);
  if (why) vertex.missed(why);
  const layer = await perform(operation, prepared, state, context);
  const record: CacheRecord = { layer, created: room.epoch ?? room.now(), key };
  room.cache.keep(key, record, stepName(stage, place));
  vertex.done();
  return { record, step };

  async function perform(
    what: Operation,
    copy: PreparedCopy | undefined,
    below: StageState,
    { vertex: shown }: StepContext,
  ): Promise<CommittedLayer | undefined> {
    if (copy) return runCopy(copy, below, room);
    if (what.kind === 'workdir') return runWorkdir(what, below, room);
    refuseForeign(stage.platform, what.range);
    return what.kind === 'run' ? runCommand(what, below, room, shown, treeOf) : undefined;
  }
}

/** What needs no files of the context does not look at it; there may be none. */
async function prepare(operation: CopyOperation, treeOf: TreeOf, room: BuildRoom): Promise<PreparedCopy> {
  const isAlone = operation.source.from === 'context' && !needsContext(operation);
  return prepareCopy(operation, isAlone ? noFiles() : await treeOf(operation.source), room);
}

const noFiles = (): FileTree => ({ files: new LayerUnion(), hash: async () => '', read: async () => undefined });

/** More paths than that are not kept for the next build to compare. */
const MOST_FILES = 20_000;

function filesOf(prepared: PreparedCopy | undefined): Pick<RememberedStep, 'files'> {
  if (!prepared || Object.keys(prepared.files).length > MOST_FILES) return {};
  return { files: prepared.files };
}

/** Values may be secret or long: what is remembered is whether they are the same. */
function shortened(parts: KeyParts): KeyParts {
  const short = (text: string) => createHash('sha256').update(text).digest('base64').slice(0, 16);
  return Object.fromEntries(Object.entries(parts).map(([name, value]) => [name, short(value)]));
}

const workdirParts = (operation: Operation): KeyParts => {
  const { path, user } = operation as WorkdirOperation;
  return { what: path, owner: user };
};

async function runWorkdir(
  { path, user }: WorkdirOperation,
  state: StageState,
  room: BuildRoom,
): Promise<CommittedLayer | undefined> {
  const files = await state.files();
  const draft = new LayerDraft(files, room.epoch ?? room.now());
  if (draft.isFolder(draft.resolve(path))) return undefined;
  const root = async () => layerTree(room.store, digests(state), files);
  draft.makeFolder(path, user === '' ? { uid: 0, gid: 0 } : await ownerOf(user, root));
  const { entries, ...layer } = await writeLayer(draft, room.lease, room.epoch, room.signal);
  room.listings.keep(layer.digest, entries);
  return layer;
}

/** A layer that is the same upon whatever it lies: COPY --link, but for owners that have to be looked up there. */
const standsAlone = (operation: Operation): boolean =>
  operation.kind === 'copy' && operation.link && /^[\d:]*$/.test(operation.chown ?? '');

function after(state: StageState, record: CacheRecord, room: BuildRoom, isAlone: boolean): StageState {
  const { layer, created } = record;
  const key = isAlone ? keyOf({ parent: state.key, linked: record.key }) : record.key;
  if (!layer) return { ...state, key, created };
  const layers = [...state.layers, layer];
  return { key, layers, created, files: filesThrough(layers, room) };
}

/** What is seen through layers; read once, when it is first asked for. */
export function filesThrough(
  layers: readonly CommittedLayer[],
  room: Pick<BuildRoom, 'listings'>,
): StageState['files'] {
  let known: ReturnType<StageState['files']> | undefined;
  return () => {
    known ??= room.listings.union(layers.map(({ digest }) => digest));
    return known;
  };
}

const digests = ({ layers }: StageState): string[] => layers.map(({ digest }) => digest);

async function treeOfSource(source: FileSource, room: BuildRoom): Promise<FileTree> {
  if (source.from === 'context') return room.context();
  if (source.from === 'named') return room.named(source.context);
  if (source.from === 'stage') {
    const state = await room.stage(source.stage);
    return layerTree(room.store, digests(state), await state.files());
  }
  const layers = source.image.image.manifest.layers.map(({ digest }) => digest);
  for (const digest of layers) await room.lease.hold(digest);
  return layerTree(room.store, layers, await room.listings.union(layers));
}

/** Which step it was and what its program printed last: what docker shows above the error. */
function withTail(failure: unknown, stage: PlannedStage, index: number, vertex: Vertex): unknown {
  const isFirst = failure instanceof KctlError && !failures.has(failure);
  if (isFirst) failures.set(failure, { name: stepName(stage, index), tail: vertex.tail() });
  return failure;
}

/** What is known of a failure beside its message. */
export const failures = new WeakMap<Error, { name: string; tail: readonly string[] }>();
