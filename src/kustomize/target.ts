import { posix } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Accumulator } from './accumulator.ts';
import { configured, generatorSteps, transformerSteps } from './builtin-steps.ts';
import { loadConfig, loadCrdConfig } from './config/load-config.ts';
import { failed, located, within } from './failure.ts';
import {
  COMPONENT,
  deprecations,
  FILE_NAMES,
  modernised,
  parseKustomization,
  requireKnown,
} from './kustomization/read.ts';
import type { Kustomization } from './kustomization/types.ts';
import { HttpError, type Loader } from './load/loader.ts';
import type { BuildSchemas } from './merge/build-schemas.ts';
import type { PluginContext } from './plugins/builtin.ts';
import {
  type LoadedGenerator,
  type LoadedTransformer,
  loadGenerators,
  loadTransformers,
} from './plugins/load-plugins.ts';
import { ORIGIN_ANNOTATION, type Origin, originText, originWithin, setOrigin } from './resource/origin.ts';
import { readResources } from './resource/read-resources.ts';
import type { Resource } from './resource/resource.ts';
import { ResourceList } from './resource/resource-list.ts';
import type { BuildSettings } from './settings.ts';
import { inFile } from './transform/patches.ts';
import { varText } from './transform/vars.ts';
import { toValue } from './tree/value.ts';

/** What all folders of one build share. */
export interface BuildContext {
  settings: BuildSettings;
  schemas: BuildSchemas;
}

/** One folder's kustomization, being built. */
export class Target {
  readonly kustomization: Kustomization;
  private readonly fileName: string;
  private readonly loader: Loader;
  private readonly context: BuildContext;
  /** Where this folder lies as seen from the one that is built; undefined where nobody wants to know. */
  private origin: Origin | undefined;

  private constructor(kustomization: Kustomization, fileName: string, loader: Loader, context: BuildContext) {
    this.kustomization = kustomization;
    this.fileName = fileName;
    this.loader = loader;
    this.context = context;
  }

  /** Reads a folder's kustomization file. @throws KctlError `input` where there is none, several, or one that is wrong */
  static async load(loader: Loader, context: BuildContext): Promise<Target> {
    const found: { name: string; text: string }[] = [];
    for (const name of FILE_NAMES) {
      try {
        found.push({ name, text: await loader.loadText(name) });
      } catch {
        // A name that is not there; what is there and cannot be read counts as not there, too.
      }
    }
    const [file, ...more] = found;
    if (!file) {
      const [last, ...names] = FILE_NAMES.map((name) => `'${name}'`).reverse() as [string, ...string[]];
      throw failed(`unable to find one of ${names.reverse().join(', ')} or ${last} in directory '${loader.root}'`);
    }
    if (more.length > 0) throw failed(`Found multiple kustomization files under: ${loader.root}\n`);
    const read = parseKustomization(file.text);
    for (const line of deprecations(read)) loader.host.warn(line);
    const kustomization = modernised(read);
    requireKnown(kustomization, loader.root);
    return new Target(kustomization, file.name, loader, context);
  }

  /** The root of a build notes where objects come from if it asks for it. */
  async accumulateRoot(): Promise<Accumulator> {
    if ((this.kustomization.buildMetadata ?? []).length > 0) this.origin = {};
    return this.accumulate(new Accumulator());
  }

  /** Makes the schemas those that this kustomization asks for, unless another did before. */
  async chooseSchemas(): Promise<void> {
    const { openapi = {} } = this.kustomization;
    const document = Object.hasOwn(openapi, 'path') ? await this.loader.loadText(openapi.path!) : undefined;
    this.context.schemas.choose(openapi, document);
  }

  /** Adds what the kustomization says to what is there already: for a component, that of who uses it. */
  private async accumulate(start: Accumulator): Promise<Accumulator> {
    const { kustomization, loader } = this;
    let sum: Accumulator;
    try {
      sum = await this.addResources(start, kustomization.resources ?? []);
    } catch (error) {
      throw within('accumulating resources', error);
    }
    const fields = await loadConfig(kustomization.configurations ?? [], loader);
    located(
      () => 'merging config',
      () => sum.mergeConfig(fields),
    );
    const crds = await loadCrdConfig(kustomization.crds ?? [], loader);
    located(
      () => 'merging CRDs',
      () => sum.mergeConfig(crds),
    );
    await this.generate(sum);
    try {
      sum = await this.addComponents(sum, kustomization.components ?? []);
    } catch (error) {
      throw within('accumulating components', error);
    }
    await this.transform(sum);
    await this.validate(sum);
    const vars = kustomization.vars ?? [];
    located(
      () => `merging vars [${vars.map(varText).join(' ')}]`,
      () => sum.mergeVars(vars),
    );
    return sum;
  }

  private async addResources(start: Accumulator, paths: readonly string[]): Promise<Accumulator> {
    let sum = start;
    for (const path of paths) {
      let fileError: Error;
      try {
        await this.addFile(sum, path);
        continue;
      } catch (error) {
        fileError = error as Error;
      }
      if (isHttpError(fileError)) throw fileError;
      sum = await this.addBase(sum, path, fileError);
    }
    return sum;
  }

  /** What is no file is a folder or a repository. */
  private async addBase(sum: Accumulator, path: string, fileError: Error): Promise<Accumulator> {
    const tried = `accumulation err='${fileError.message}'`;
    let base: Loader;
    try {
      base = await this.loader.at(path);
    } catch (error) {
      const timedOut = /^hit \S+ timeout running /.test((error as Error).message);
      if (fileError.message.includes('MalformedYAMLError') && !timedOut) throw fileError;
      throw within(tried, error);
    }
    try {
      return await this.addFolder(sum, base, path, false);
    } catch (error) {
      throw within(tried, error);
    }
  }

  private async addFile(sum: Accumulator, path: string): Promise<void> {
    let resources: ResourceList;
    try {
      resources = await this.readFile(path);
    } catch (error) {
      throw within(`accumulating resources from '${path}'`, error);
    }
    if (this.origin) resources.annotateAll(ORIGIN_ANNOTATION, originText(originWithin(this.origin, path)));
    located(
      () => `merging resources from '${path}'`,
      () => sum.resources.addAll(resources.items),
    );
  }

  private async readFile(path: string): Promise<ResourceList> {
    const text = await this.loader.loadText(path);
    try {
      return new ResourceList(readResources(text, this.context.schemas));
    } catch (error) {
      throw inFile(error, path);
    }
  }

  private async addComponents(start: Accumulator, paths: readonly string[]): Promise<Accumulator> {
    let sum = start;
    for (const path of paths) {
      let component: Loader;
      try {
        component = await this.loader.at(path);
      } catch (error) {
        throw failed(`loader.New ${JSON.stringify((error as Error).message)}`, error);
      }
      try {
        sum = await this.addFolder(sum, component, path, true);
      } catch (error) {
        throw failed(`accumulateDirectory: ${JSON.stringify((error as Error).message)}`, error);
      }
    }
    return sum;
  }

  private async addFolder(sum: Accumulator, loader: Loader, path: string, isComponent: boolean): Promise<Accumulator> {
    const { root } = loader;
    let target: Target;
    try {
      target = await Target.load(loader, this.context);
    } catch (error) {
      throw within(`couldn't make target for path '${root}'`, error);
    }
    const { kustomization } = target;
    delete kustomization.buildMetadata;
    if (this.kustomization.buildMetadata) kustomization.buildMetadata = this.kustomization.buildMetadata;
    target.origin = this.origin && originWithin(this.origin, path);
    await target.chooseSchemas();
    if (isComponent && kustomization.kind !== COMPONENT) {
      throw failed(`expected kind '${COMPONENT}' for path '${root}' but got '${kustomization.kind}'`);
    }
    if (!isComponent && kustomization.kind === COMPONENT)
      throw failed(`expected kind != '${COMPONENT}' for path '${root}'`);
    let inner: Accumulator;
    try {
      inner = await target.accumulate(isComponent ? sum : new Accumulator());
    } catch (error) {
      throw within(`recursed accumulation of path '${root}'`, error);
    }
    const result = isComponent ? new Accumulator() : sum;
    located(
      () => `recursed merging from path '${root}'`,
      () => result.merge(inner),
    );
    return result;
  }

  private get pluginContext(): PluginContext {
    return { ...this.context, loader: this.loader };
  }

  private async generate(sum: Accumulator): Promise<void> {
    const generators: LoadedGenerator[] = [];
    for (const step of generatorSteps(this.kustomization)) {
      const plugin = await configured(step, this.pluginContext);
      if ('generate' in plugin) generators.push({ ...plugin, origin: this.builtinOrigin(step.kind) });
    }
    generators.push(...(await this.externalGenerators()));
    for (const { generate, origin } of generators) {
      const made = new ResourceList(await generate());
      if (origin) made.addOrigins(origin);
      located(
        () => 'merging from generator',
        () => sum.resources.absorb(made.items),
      );
    }
  }

  private async externalGenerators(): Promise<LoadedGenerator[]> {
    try {
      return await loadGenerators(await this.pluginConfigs(this.kustomization.generators ?? []), this.pluginContext);
    } catch (error) {
      throw within('loading generator plugins', error);
    }
  }

  private async transform(sum: Accumulator): Promise<void> {
    const transformers: LoadedTransformer[] = [];
    for (const step of transformerSteps(this.kustomization, sum.config)) {
      const plugin = await configured(step, this.pluginContext);
      if ('transform' in plugin) transformers.push({ ...plugin, origin: this.builtinOrigin(step.kind) });
    }
    transformers.push(...(await this.externalTransformers(this.kustomization.transformers ?? [])));
    for (const { transform, origin } of transformers) {
      await transform(sum.resources);
      if (origin) sum.resources.addTransformation(origin);
      sum.resources.dropEmpties();
    }
  }

  private async externalTransformers(entries: readonly string[]): Promise<LoadedTransformer[]> {
    return loadTransformers(await this.pluginConfigs(entries), this.pluginContext);
  }

  /** Validators are transformers that must not change anything but a label of theirs. */
  private async validate(sum: Accumulator): Promise<void> {
    for (const { transform } of await this.externalTransformers(this.kustomization.validators ?? [])) {
      const before = sum.resources.items.map(({ node }) => toValue(node));
      await transform(sum.resources);
      const after = sum.resources.items.map((item) => toValue(withoutValidatorLabel(item).node));
      if (!isDeepStrictEqual(before, after)) {
        throw failed("validator shouldn't modify the resource map: nodes unequal");
      }
    }
  }

  /** Configurations of plugins: each entry is YAML, or the path of a file or folder with it. */
  private async pluginConfigs(entries: readonly string[]): Promise<Resource[]> {
    const sum = new Accumulator();
    const paths: string[] = [];
    for (const entry of entries) {
      let inline: Resource[];
      try {
        inline = readResources(entry, this.context.schemas);
      } catch {
        paths.push(entry);
        continue;
      }
      const origin = this.origin && originWithin(this.origin, this.fileName);
      if (origin) for (const config of inline) setOrigin(config, origin);
      sum.resources.addAll(inline);
    }
    return (await this.addResources(sum, paths)).resources.items;
  }

  private builtinOrigin(kind: string): Origin | undefined {
    if (!this.origin) return undefined;
    const { repo, ref, path = '' } = this.origin;
    const configuredIn = posix.join(path, this.fileName);
    return { ...(repo && { repo }), ...(ref && { ref }), configuredIn, configuredBy: { apiVersion: 'builtin', kind } };
  }
}

function withoutValidatorLabel(resource: Resource): Resource {
  const { 'validated-by': label, ...labels } = resource.labels();
  if (label === undefined) return resource;
  const copy = resource.copy();
  copy.setLabels(labels);
  return copy;
}

function isHttpError(error: unknown): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) if (at instanceof HttpError) return true;
  return false;
}
