import { nearestName } from '../../../lib/nearest-name.ts';
import type { RunConfig } from '../../store/read-image.ts';
import { BuildFailure } from '../build-failure.ts';
import type { PathFilter } from '../context/patterns.ts';
import type { From, Instruction } from '../dockerfile/instruction.ts';
import { type Dockerfile, parseDockerfile, type Stage } from '../dockerfile/parse-dockerfile.ts';
import type { SourceRange } from '../dockerfile/source-error.ts';
import type { Warnings } from '../lint/warnings.ts';
import type { NamedContext, NamedContexts } from '../sources/named-contexts.ts';
import type { BaseImage } from './base-image.ts';
import { readBaseNames } from './base-names.ts';
import { applyInstruction } from './instructions.ts';
import { mountSource } from './mounts.ts';
import type { FileSource, PlannedStage } from './operations.ts';
import { ownPlatform, type Platform, platformArguments, platformName } from './platform.ts';
import { defaultPath } from './settings.ts';
import { type BuildScope, StageBuilder } from './stage-builder.ts';
import { environment, Variables } from './variables.ts';

export interface PlanOptions {
  file: Dockerfile;
  /** `--target`; the last stage where undefined. */
  target: string | undefined;
  buildArgs: ReadonlyMap<string, string>;
  platform: Platform;
  /** Several platforms are built for, this being one of them. */
  isOneOfSeveral: boolean;
  network: 'default' | 'none' | 'host';
  /** `--allow`. */
  allowed?: ReadonlySet<string> | undefined;
  ignore: PathFilter | undefined;
  warnings: Warnings;
  /** Also those that the target does not need: for checks. */
  ofAllStages?: boolean;
  /** `--build-context`; they win over stages and images of the same name. */
  contexts?: NamedContexts | undefined;
  /** Called once for each image; undefined where it is not there and that does not matter. */
  resolve(name: string, platform: Platform, range: SourceRange): Promise<BaseImage | undefined>;
}

export interface Plan {
  target: PlannedStage;
  /** All that the target needs, in the order of the file. */
  stages: readonly PlannedStage[];
  /** Build arguments that nothing asked for. */
  unusedArgs: readonly string[];
}

/** What a finished plan of a stage hands to those that begin where it ends. */
interface Done {
  stage: PlannedStage;
  variables: Variables;
  hasWorkdir: boolean;
  knowsBase: boolean;
}

/**
 * Works out what has to be done for the target: stages that it does not need are left out, variables are put in,
 * and what the images say that it begins with is known.
 * @throws BuildFailure in docker's words
 */
export async function planBuild(options: PlanOptions): Promise<Plan> {
  const planner = new Planner(options);
  return planner.plan();
}

class Planner {
  readonly #options: PlanOptions;
  readonly #stages: readonly Stage[];
  readonly #scope: BuildScope;
  readonly #bases: ReturnType<typeof readBaseNames>;
  readonly #done = new Map<number, Done>();
  readonly #images = new Map<string, Promise<BaseImage | undefined>>();

  constructor(options: PlanOptions) {
    const {
      file,
      buildArgs,
      platform,
      warnings,
      ignore,
      network,
      target,
      isOneOfSeveral,
      allowed = new Set(),
    } = options;
    this.#options = options;
    this.#stages = file.stages;
    const known = platformArguments(ownPlatform(), platform, target ?? '');
    this.#bases = readBaseNames(file, { buildArgs, known, warnings, platform });
    const usedArgs = new Set(this.#bases.used);
    this.#scope = {
      warnings,
      buildArgs,
      usedArgs,
      globals: this.#bases.globals,
      ignore,
      network,
      isOneOfSeveral,
      allowed,
    };
  }

  async plan(): Promise<Plan> {
    const index = this.#targetIndex();
    const { ofAllStages = false } = this.#options;
    const needed = ofAllStages ? new Set(this.#stages.keys()) : this.#needed(index);
    // All at once: one that has to be pulled does not wait for the others.
    const asked = [...needed].map((number) => this.#image(number));
    await Promise.all(asked);
    const { stage: target } = await this.#stage(index, []);
    if (ofAllStages) for (const other of needed) await this.#stage(other, []);
    const stages = [...this.#done.values()].map(({ stage }) => stage).sort((a, b) => a.index - b.index);
    const isUsed = (name: string) => this.#scope.usedArgs.has(name) || ALWAYS_KNOWN.test(name);
    return { target, stages, unusedArgs: [...this.#options.buildArgs.keys()].filter((name) => !isUsed(name)) };
  }

  #targetIndex(): number {
    const { target } = this.#options;
    if (target === undefined || target === '') return this.#stages.length - 1;
    const found = this.#indexOf(target);
    if (found !== undefined) return found;
    const names = this.#stages.flatMap(({ from }) => from.stage ?? []);
    const near = nearestName(target, names);
    const hint = near ? `Did you mean ${near}?` : names.length > 0 ? `There are: ${names.join(', ')}` : undefined;
    throw new BuildFailure(
      `target stage ${JSON.stringify(target)} could not be found`,
      undefined,
      hint ? { hint } : {},
    );
  }

  #indexOf(name: string): number | undefined {
    const byName = this.#stages.findLastIndex(({ from }) => from.stage?.toLowerCase() === name.toLowerCase());
    if (byName >= 0) return byName;
    return /^\d+$/.test(name) && Number(name) < this.#stages.length ? Number(name) : undefined;
  }

  /** What `--build-context` gives in place of a stage, or of the image that it begins with. */
  #instead(index: number): { context: NamedContext; ofStage: boolean } | undefined {
    const { contexts } = this.#options;
    const { stage } = this.#stages[index]!.from;
    const own = stage === undefined ? undefined : contexts?.find(stage);
    if (own) return { context: own, ofStage: true };
    const base = this.#bases.of[index]!.name;
    const context = this.#stageBefore(index) === undefined && base !== 'scratch' ? contexts?.find(base) : undefined;
    return context && { context, ofStage: false };
  }

  #baseStage(index: number): number | undefined {
    return this.#instead(index)?.ofStage ? undefined : this.#stageBefore(index);
  }

  /** A stage that stands before this one; of several with a name the last one. */
  #stageBefore(index: number): number | undefined {
    const name = this.#bases.of[index]!.name.toLowerCase();
    const found = this.#stages.findLastIndex(({ from }, at) => at < index && from.stage?.toLowerCase() === name);
    return found < 0 ? undefined : found;
  }

  /** Without what triggers of bases (ONBUILD) ask for: that is not known yet. */
  #needed(index: number, into = new Set<number>()): Set<number> {
    if (into.has(index)) return into;
    into.add(index);
    const base = this.#baseStage(index);
    if (base !== undefined) this.#needed(base, into);
    for (const name of this.#instead(index)?.ofStage ? [] : this.#stages[index]!.instructions.flatMap(sourcesOf)) {
      const found = this.#indexOf(name);
      if (found !== undefined) this.#needed(found, into);
    }
    return into;
  }

  /** The image that a stage begins with; undefined where it begins with none. */
  #image(index: number): Promise<BaseImage | undefined> {
    const { name, platform } = this.#bases.of[index]!;
    const { range, stage } = this.#stages[index]!.from;
    const instead = this.#instead(index);
    if (instead && isFiles(instead.context)) return Promise.resolve(undefined);
    if (instead?.ofStage) return this.#resolve(stage!, platform, range);
    if (name === 'scratch' || this.#baseStage(index) !== undefined) return Promise.resolve(undefined);
    return this.#resolve(name, platform, range);
  }

  #resolve(name: string, platform: Platform, range: SourceRange): Promise<BaseImage | undefined> {
    const key = `${name} ${platformName(platform)}`;
    const found = this.#images.get(key) ?? this.#options.resolve(name, platform, range);
    this.#images.set(key, found);
    return found;
  }

  /** @param above stages that wait for it */
  async #stage(index: number, above: readonly number[]): Promise<Done> {
    const { from, instructions } = this.#stages[index]!;
    if (above.includes(index)) {
      throw new BuildFailure(`circular dependency detected on stage: ${from.stage ?? index}`, from.range);
    }
    const known = this.#done.get(index);
    if (known) return known;
    const waiting = [...above, index];
    const { name: baseName, platform } = this.#bases.of[index]!;
    const baseIndex = this.#baseStage(index);
    const below = baseIndex === undefined ? undefined : await this.#stage(baseIndex, waiting);
    const image = await this.#image(index);
    const instead = this.#instead(index);
    const begun = instead && isFiles(instead.context) ? instead.context : undefined;
    const inherited = below?.stage.config ?? image?.image.config.config ?? {};
    const triggers = (inherited.OnBuild ?? []).flatMap((text) => triggersOf(text, from));
    const all = [...triggers, ...(instead?.ofStage ? [] : instructions)];

    const sources = new Map<string, FileSource>();
    for (const [name, range] of all.flatMap((one) => sourcesOf(one).map((source) => [source, one.range] as const))) {
      if (!sources.has(name)) sources.set(name, await this.#source(name, platform, range, waiting));
    }
    const isScratch = (baseName === 'scratch' || begun !== undefined) && !below && !image;
    const config: RunConfig = isScratch
      ? { Env: [`PATH=${defaultPath}`], WorkingDir: '/' }
      : structuredClone(inherited);
    delete config.OnBuild;
    const stagePlatform = below ? below.stage.platform : image ? image.platform : platform;
    const builder = new StageBuilder({
      scope: this.#scope,
      platform: stagePlatform,
      config,
      variables: new Variables(this.#options.file.directives.escape, {
        args: below?.variables.args ?? [],
        env: environment(config.Env),
      }),
      source: (name) => sources.get(name)!,
      knowsBase: isScratch || (below ? below.knowsBase : image !== undefined),
    });
    builder.author = below?.stage.author ?? image?.image.config.author;
    builder.hasWorkdir = below?.hasWorkdir ?? false;
    if (begun) copyWhole(builder, begun, from.range);
    for (const instruction of all) {
      builder.isTriggered = triggers.includes(instruction);
      applyInstruction(builder, instruction);
    }

    const stage: PlannedStage = {
      index,
      name: from.stage ?? (this.#stages.length > 1 ? `stage-${index}` : ''),
      baseName,
      range: from.range,
      base: below ? { kind: 'stage', stage: below.stage } : image ? { kind: 'image', image } : { kind: 'scratch' },
      platform: stagePlatform,
      showsPlatform: this.#scope.isOneOfSeveral,
      operations: builder.operations,
      history: builder.history,
      config: builder.config,
      author: builder.author,
    };
    const done = { stage, variables: builder.variables, hasWorkdir: builder.hasWorkdir, knowsBase: builder.knowsBase };
    this.#done.set(index, done);
    return done;
  }

  async #source(name: string, platform: Platform, range: SourceRange, waiting: readonly number[]): Promise<FileSource> {
    const index = this.#indexOf(name);
    if (index !== undefined) return { from: 'stage', stage: (await this.#stage(index, waiting)).stage };
    if (/^[+-]?\d+$/.test(name)) throw new BuildFailure(`invalid stage index ${Number(name)}`, range);
    if (name === 'scratch') return { from: 'stage', stage: nothing(range, platform) };
    if (name.includes('$')) throw new BuildFailure(NO_VARIABLES, range);
    const context = this.#options.contexts?.find(name);
    if (context && isFiles(context)) return { from: 'named', context };
    const names = this.#stages.flatMap(({ from }) => from.stage ?? []);
    const near = nearestName(name, names);
    // A word alone may be a stage as well as an image; a path is no stage.
    const others = /^\w+$/.test(name) && names.length > 0 ? `The stages are: ${names.join(', ')}` : undefined;
    const hint = near ? `Did you mean the stage ${near}?` : others;
    try {
      const image = await this.#resolve(name, platform, range);
      // Only a check goes on without it, and that copies nothing.
      return image ? { from: 'image', image } : { from: 'context' };
    } catch (error) {
      if (!(error instanceof BuildFailure) || !hint) throw error;
      throw new BuildFailure(error.message, range, { hint, cause: error });
    }
  }
}

const NO_VARIABLES =
  'variable expansion is not supported for --from, define a new stage with FROM using ARG from global scope as a workaround';

/** What `--from=scratch` takes files from. */
const nothing = (range: SourceRange, platform: Platform): PlannedStage => ({
  ...{ index: -1, name: '', baseName: 'scratch', range, base: { kind: 'scratch' }, platform, showsPlatform: false },
  ...{ operations: [], history: [], config: {}, author: undefined },
});

const isFiles = ({ kind }: NamedContext): boolean => kind === 'folder' || kind === 'remote';

/** A stage that begins with files of `--build-context`. */
function copyWhole(stage: StageBuilder, context: NamedContext, range: SourceRange): void {
  const none = { chown: undefined, chmod: undefined, checksum: undefined, keepGitDir: false, unpack: undefined };
  stage.operate(
    {
      ...{ kind: 'copy', instruction: 'COPY', range, source: { from: 'named', context }, paths: ['/'], inline: [] },
      ...{ ...none, destination: '/', link: false, parents: false, excludes: [] },
      title: `FROM ${context.name}`,
    },
    'COPY / / # buildkit',
  );
}

/** What builders take without a declaration (BuildKit's own arguments). */
const ALWAYS_KNOWN = /^(BUILDKIT_.*|SOURCE_DATE_EPOCH|(HTTP|HTTPS|FTP|NO|ALL)_PROXY)$/i;

/** Names of stages and images that an instruction takes files from. */
function sourcesOf(instruction: Instruction): string[] {
  if (instruction.name === 'COPY') return instruction.from === undefined ? [] : [instruction.from];
  if (instruction.name !== 'RUN') return [];
  return instruction.mounts.flatMap((mount) => mountSource(mount) ?? []);
}

/** @throws BuildFailure for an image whose trigger cannot be read */
function triggersOf(text: string, from: From): Exclude<Instruction, From>[] {
  try {
    const { stages } = parseDockerfile(`FROM scratch\n${text}`);
    return stages[0]!.instructions.map((instruction) => ({ ...instruction, range: from.range }));
  } catch (cause) {
    throw new BuildFailure(`the trigger ${JSON.stringify(text)} of ${from.base} cannot be read`, from.range, { cause });
  }
}
