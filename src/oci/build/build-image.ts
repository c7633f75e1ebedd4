import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KctlError } from '../../lib/errors.ts';
import { canonicalReference, parseReference } from '../reference.ts';
import type { RootFilesystems } from '../rootfs/types.ts';
import type { ImageStore } from '../store/types.ts';
import { type Annotation, annotationsOf } from './annotations.ts';
import { BuildFailure, failureAt } from './build-failure.ts';
import { BuildCache } from './cache/build-cache.ts';
import { BuildDatabase } from './cache/build-database.ts';
import { FileDigests } from './cache/file-digests.ts';
import { LayerListings } from './cache/listings.ts';
import type { RememberedStep } from './cache/why-missed.ts';
import { readIgnoreFile } from './context/ignore-file.ts';
import type { PathFilter } from './context/patterns.ts';
import type { Dockerfile } from './dockerfile/parse-dockerfile.ts';
import type { SourceRange } from './dockerfile/source-error.ts';
import type { Warnings } from './lint/warnings.ts';
import type { BaseImage, ResolveBase } from './plan/base-image.ts';
import type { FileSource, PlannedMount, PlannedStage } from './plan/operations.ts';
import { belowRoot } from './plan/paths.ts';
import { type Plan, type PlanOptions, planBuild } from './plan/plan-build.ts';
import { isAddress } from './plan/plan-copy.ts';
import { type Platform, platformName } from './plan/platform.ts';
import type { BuildProgress } from './progress/progress.ts';
import { hashFile } from './sources/hash-file.ts';
import { layoutImage, type NamedContext, type NamedContexts } from './sources/named-contexts.ts';
import { type AssembledImage, assembleImage, baseLayers } from './steps/assemble-image.ts';
import { assembleIndex, type PlatformImage } from './steps/assemble-index.ts';
import type { BuildRoom, MachineSettings, StageState } from './steps/build-room.ts';
import { type BuiltStage, buildStage, filesThrough, stepName } from './steps/build-stage.ts';
import { contextTree } from './steps/context-tree.ts';
import type { FileTree } from './steps/file-tree.ts';

export interface BuildRequest {
  file: Dockerfile;
  /** How messages call it, and by what the next build of it finds this one. */
  identity: string;
  /** The context's folder; undefined where there is none. */
  context: string | undefined;
  /** Of a context in a folder that goes again: what the next build of it knows it by. */
  contextName?: string | undefined;
  /** `--build-context`. */
  contexts?: NamedContexts | undefined;
  ignore: PathFilter;
  target: string | undefined;
  buildArgs: ReadonlyMap<string, string>;
  labels: ReadonlyMap<string, string>;
  /** At least one; of several an index is made. */
  platforms: readonly Platform[];
  network: 'default' | 'none' | 'host';
  /** Canonical. */
  names: readonly string[];
  /** All stages, or those of these names, are built without what was kept. */
  noCache: boolean | readonly string[];
  /** ms */
  epoch: number | undefined;
  /** `--annotation`. */
  annotations?: readonly Annotation[];
  /** What commands run with. */
  machine?: MachineSettings;
  warnings: Warnings;
  secret(mount: Extract<PlannedMount, { type: 'secret' }>): Promise<Buffer | undefined>;
  /** What answers as the agent of that id; none where undefined. */
  ssh?: BuildRoom['ssh'] | undefined;
  /** What RUN may have beside what all have: `network.host`, `security.insecure`. */
  allowed?: ReadonlySet<string> | undefined;
}

export interface BuildTools {
  store: ImageStore;
  resolve: ResolveBase;
  roots(): Promise<RootFilesystems>;
  progress: BuildProgress;
  signal: AbortSignal;
  now(): number;
}

/** Of several platforms, `target` is the index and `id` its digest; config and layers are of the first one. */
export interface BuildResult extends AssembledImage {
  plan: Plan;
  platforms: readonly PlatformImage[];
}

/**
 * Builds the target of a Dockerfile. Stages that do not need one another are built at the same time.
 * @param deliver does with the image what is wanted, while all of it is held
 * @returns the image, in the store under its names where `names` are given
 * @throws BuildFailure, with the lines that it is about; the signal's reason where it was aborted
 */
export async function buildImage(
  request: BuildRequest,
  tools: BuildTools,
  deliver: (image: BuildResult) => Promise<void>,
): Promise<BuildResult> {
  const build = new Build(request, tools);
  try {
    return await build.run(deliver);
  } finally {
    await build.close();
  }
}

/** What is wrong with a Dockerfile, without building it. Bases that are not there do not matter. */
export async function planFor(
  request: BuildRequest,
  tools: Pick<BuildTools, 'store' | 'resolve' | 'signal' | 'progress'>,
  isCheck: boolean,
): Promise<Plan[]> {
  const { file, target, buildArgs, network, ignore, warnings, platforms } = request;
  // A check runs nothing.
  const allowed = isCheck ? new Set(['network.host', 'security.insecure']) : request.allowed;
  const ofAllStages = isCheck && target === undefined;
  const isOneOfSeveral = platforms.length > 1;
  const asked = new Map<string, Promise<BaseImage | undefined>>();
  const resolve: PlanOptions['resolve'] = (name, wanted, range) => {
    // Stages that run here are the same for all platforms.
    const key = `${name} ${platformName(wanted)}`;
    const found = asked.get(key) ?? load(name, wanted, range);
    asked.set(key, found);
    return found;
  };
  return Promise.all(
    platforms.map((platform) =>
      planBuild({
        file,
        target,
        buildArgs,
        platform,
        network,
        ignore,
        warnings,
        isOneOfSeveral,
        allowed,
        ofAllStages,
        contexts: request.contexts,
        resolve,
      }),
    ),
  );

  async function load(name: string, wanted: Platform, range: SourceRange): Promise<BaseImage | undefined> {
    const prefix = isOneOfSeveral ? `${platformName(wanted)} ` : '';
    const vertex = tools.progress.begin(`[${prefix}internal] load metadata for ${wholeName(name)}`);
    try {
      const say = (text: string) => vertex.note(text);
      const named = request.contexts?.find(name);
      const found =
        named?.kind === 'layout'
          ? await layoutImage(tools.store, named, wanted)
          : await tools.resolve(named?.kind === 'image' ? named.reference : name, wanted, tools.signal, say);
      vertex.done();
      if (found.platform.os !== wanted.os || found.platform.architecture !== wanted.architecture) {
        const [is, expected] = [found.image.platform, `${wanted.os}/${wanted.architecture}`].map((text) =>
          JSON.stringify(text),
        );
        const text = `Base image ${name} was pulled with platform ${is}, expected ${expected} for current build`;
        warnings.add('InvalidBaseImagePlatform', range, text);
      }
      return found;
    } catch (error) {
      if (isCheck && error instanceof KctlError) {
        vertex.note('it is not there: variables that it may set are not checked');
        vertex.done();
        return undefined;
      }
      const failure = failureAt(error, range);
      vertex.failed((failure as Error).message, tools.signal.aborted);
      throw failure;
    }
  }
}

function wholeName(name: string): string {
  try {
    return canonicalReference(parseReference(name));
  } catch {
    return name;
  }
}

/** Of files that go again. */
const FORGOTTEN = { recall: () => undefined, of: hashFile };

/** There is none in such a context, so only its `.dockerignore` counts. */
const NO_DOCKERFILE = '.none';

class Build {
  readonly #request: BuildRequest;
  readonly #tools: BuildTools;
  readonly #database: BuildDatabase;
  readonly #digests: FileDigests;
  readonly #room: BuildRoom;
  readonly #stop = new AbortController();
  readonly #stages = new Map<PlannedStage, Promise<BuiltStage>>();
  readonly #bases = new Map<string, Promise<StageState>>();
  readonly #shared = new Map<string, Promise<unknown>>();
  #plans: readonly Plan[] = [];
  #context: Promise<FileTree> | undefined;
  readonly #named = new Map<NamedContext, Promise<FileTree>>();
  #folder: Promise<string> | undefined;

  constructor(request: BuildRequest, tools: BuildTools) {
    this.#request = request;
    this.#tools = tools;
    const { store, now, progress } = tools;
    this.#database = new BuildDatabase(store.path);
    this.#digests = new FileDigests(this.#database);
    const listings = new LayerListings(store, this.#database);
    this.#room = {
      ...{ store, listings, progress, now },
      lease: store.lease(`build ${request.names[0] ?? request.identity}`),
      cache: new BuildCache(store, this.#database, now),
      signal: AbortSignal.any([tools.signal, this.#stop.signal]),
      epoch: request.epoch,
      skipsCache: ({ name }) =>
        typeof request.noCache === 'boolean' ? request.noCache : request.noCache.includes(name),
      once: <Result>(name: string, work: () => Promise<Result>) => {
        const found = (this.#shared.get(name) as Promise<Result> | undefined) ?? work();
        this.#shared.set(name, found);
        return found;
      },
      context: () => {
        this.#context ??= this.#readContext();
        return this.#context;
      },
      named: (context) => {
        const found = this.#named.get(context) ?? this.#readNamed(context);
        this.#named.set(context, found);
        return found;
      },
      contextFolder: async () => request.context,
      roots: () => tools.roots(),
      secret: (mount) => request.secret(mount),
      machine: request.machine ?? {},
      ssh: async (id) => request.ssh?.(id),
      stage: (stage) => this.#stage(stage),
      temporary: () => {
        this.#folder ??= mkdtemp(join(tmpdir(), 'kctl-build-'));
        return this.#folder;
      },
    };
  }

  async run(deliver: (image: BuildResult) => Promise<void>): Promise<BuildResult> {
    const { request, room } = { request: this.#request, room: this.#room };
    const plans = await planFor(request, this.#tools, false);
    this.#plans = plans;
    const { settings } = request.warnings;
    if (settings.isError && request.warnings.list().length > 0) {
      const names = [...new Set(request.warnings.list().map(({ rule }) => rule))].sort();
      throw new BuildFailure(`lint violation found for rules: ${names.join(', ')}`, request.warnings.list()[0]!.range);
    }
    const stages = plans.flatMap((plan) => plan.stages);
    await this.#buildAll(stages);
    const built = new Map<PlannedStage, BuiltStage>();
    for (const stage of stages) built.set(stage, await this.#stage(stage));
    const vertex = room.progress.begin('exporting to image');
    try {
      const created = room.epoch ?? room.now();
      const { labels } = request;
      const platforms: PlatformImage[] = [];
      for (const [index, { target }] of plans.entries()) {
        const own = annotationsOf(request.annotations ?? [], 'manifest', request.platforms[index]!);
        const image = await assembleImage(target, built, { labels, created, lease: room.lease, ...own });
        platforms.push({ platform: request.platforms[index]!, image });
      }
      const layers = new Set(platforms.flatMap(({ image }) => image.layers.map(({ digest }) => digest)));
      vertex.note(`exporting ${layers.size} layers done`);
      const image = await assembleIndex(platforms, room.lease, request.annotations ?? []);
      const result: BuildResult = { ...image, plan: plans[0]!, platforms };
      await deliver(result);
      vertex.note(`writing image ${image.id} done`);
      for (const name of request.names) vertex.note(`naming to ${name} done`);
      vertex.done();
      this.#remember(built);
      return result;
    } catch (error) {
      vertex.failed((error as Error).message, room.signal.aborted);
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#digests.save();
    this.#room.cache.save();
    await this.#room.lease[Symbol.asyncDispose]();
    this.#database.close();
    if (this.#folder) await rm(await this.#folder, { recursive: true, force: true });
  }

  /** The first failure ends the others; nothing goes on when this is over. */
  async #buildAll(stages: readonly PlannedStage[]): Promise<void> {
    let first: { error: unknown } | undefined;
    const all = stages.map((stage) =>
      this.#stage(stage).catch((error: unknown) => {
        first ??= { error };
        this.#stop.abort();
      }),
    );
    await Promise.all(all);
    if (!first) return;
    this.#tools.signal.throwIfAborted();
    throw first.error;
  }

  #stage(stage: PlannedStage): Promise<BuiltStage> {
    const found = this.#stages.get(stage) ?? this.#build(stage);
    this.#stages.set(stage, found);
    return found;
  }

  async #build(stage: PlannedStage): Promise<BuiltStage> {
    const base = await this.#base(stage);
    return buildStage(stage, base, this.#before(stage), this.#room);
  }

  async #base(stage: PlannedStage): Promise<StageState> {
    const { base } = stage;
    const now = this.#room.epoch ?? this.#room.now();
    if (base.kind === 'stage') return this.#stage(base.stage);
    if (base.kind === 'scratch') {
      return { key: 'scratch', layers: [], created: now, files: filesThrough([], this.#room) };
    }
    const { digest } = base.image.image.target;
    const found = this.#bases.get(digest) ?? this.#hold(stage, base.image, now);
    this.#bases.set(digest, found);
    return found;
  }

  /** An image that stages begin with; shown once. */
  async #hold(stage: PlannedStage, image: BaseImage, now: number): Promise<StageState> {
    const layers = baseLayers(image);
    const held = await Promise.all(layers.map(({ digest }) => this.#room.lease.hold(digest)));
    const vertex = this.#room.progress.begin(stepName(stage, -1));
    const lost = layers[held.indexOf(false)];
    if (lost) {
      const failure = new BuildFailure(`${image.reference} lacks the layer ${lost.digest}`, stage.range);
      vertex.failed(failure.message);
      throw failure;
    }
    vertex.done();
    const created = Date.parse(image.image.config.created ?? '') || now;
    const key = `image ${layers.map(({ diffId }) => diffId).join(' ')}`;
    return { key, layers, created, files: filesThrough(layers, this.#room) };
  }

  async #readNamed(context: NamedContext): Promise<FileTree> {
    const vertex = this.#room.progress.begin(`[context ${context.name}] load files`);
    try {
      const { path, isLasting } = await this.#request.contexts!.folder(context);
      const ignore = await readIgnoreFile(path, join(path, NO_DOCKERFILE));
      const tree = await contextTree(path, ignore, [''], isLasting ? this.#digests : FORGOTTEN);
      vertex.note(`${tree.count} files and folders looked at`);
      vertex.done();
      return tree;
    } catch (error) {
      vertex.failed((error as Error).message, this.#room.signal.aborted);
      throw error;
    }
  }

  /** Of the context only what some step may take is looked at. */
  async #readContext(): Promise<FileTree> {
    const { context, ignore } = this.#request;
    const vertex = this.#room.progress.begin('[internal] load build context');
    try {
      if (context === undefined) {
        throw new KctlError('input', 'there is no build context: the Dockerfile came alone', {
          hint: 'Give a folder: kctl build -f - .',
        });
      }
      const digests = this.#request.contextName === undefined ? this.#digests : FORGOTTEN;
      const tree = await contextTree(context, ignore, wantedPaths(this.#plans), digests);
      vertex.note(`${tree.count} files and folders looked at`);
      vertex.done();
      return tree;
    } catch (error) {
      vertex.failed((error as Error).message);
      throw error;
    }
  }

  #before(stage: PlannedStage): readonly RememberedStep[] {
    const row = this.#database.get<{ steps: string }>('SELECT steps FROM builds WHERE scope = ?', this.#scope(stage));
    return row ? (JSON.parse(row.steps) as RememberedStep[]) : [];
  }

  #remember(built: ReadonlyMap<PlannedStage, BuiltStage>): void {
    const at = Math.round(this.#tools.now());
    this.#database.step(() => {
      for (const [stage, { steps }] of built) {
        this.#database.run(
          'INSERT OR REPLACE INTO builds VALUES (?, ?, ?)',
          this.#scope(stage),
          JSON.stringify(steps),
          at,
        );
      }
    });
  }

  #scope(stage: PlannedStage): string {
    const { identity, contextName, context = '' } = this.#request;
    const platform = stage.showsPlatform ? ` ${platformName(stage.platform)}` : '';
    return `${identity}\n${contextName ?? context}\n${stage.name || stage.index}${platform}`;
  }
}

/** Folders and files below the context's root; `''` for all of it. */
function wantedPaths(plans: readonly Plan[]): string[] {
  const found = new Set<string>();
  const add = (source: FileSource, path: string) => {
    if (source.from !== 'context' || isAddress(path)) return;
    const special = path.search(/[*?[\\]/);
    const plain = special < 0 ? path : path.slice(0, path.lastIndexOf('/', special) + 1);
    found.add(belowRoot(plain));
  };
  for (const { operations } of plans.flatMap((plan) => plan.stages)) {
    for (const operation of operations) {
      if (operation.kind === 'copy') for (const path of operation.paths) add(operation.source, path);
      if (operation.kind === 'run')
        for (const mount of operation.mounts) if ('source' in mount && mount.source) add(mount.source, mount.path);
    }
  }
  return [...found];
}
