import type { FieldSpec } from '../config/field-spec.ts';
import { fullSpec } from '../config/load-config.ts';
import { failed, within } from '../failure.ts';
import { generateConfig } from '../generate/config-objects.ts';
import { ChartGenerator } from '../generate/helm-chart.ts';
import { decode } from '../kustomization/decode.ts';
import type {
  GeneratorArgs,
  HelmChart,
  HelmGlobals,
  ImageChange,
  Patch,
  Replacement,
  Replica,
} from '../kustomization/types.ts';
import type { Loader } from '../load/loader.ts';
import type { SchemaSource } from '../merge/schema.ts';
import { type Resource, Resource as ResourceOf, type StringMap } from '../resource/resource.ts';
import type { BuildSettings } from '../settings.ts';
import { hashTransformer } from '../transform/hash.ts';
import { imageTransformer } from '../transform/images.ts';
import { entriesTransformer, nameTransformer } from '../transform/metadata.ts';
import { namespaceTransformer } from '../transform/namespace.ts';
import { json6902Transformer, patchTransformer, strategicTransformer } from '../transform/patches.ts';
import { loadReplacements, replacementTransformer } from '../transform/replacements.ts';
import { replicaTransformer } from '../transform/replicas.ts';
import type { Transformer } from '../transform/transformer.ts';
import { type ValueAddConfig, valueAddTransformer } from '../transform/value-add.ts';
import { fromValue } from '../tree/value.ts';

/** Makes objects. @throws KctlError `input` */
export type Generator = () => Promise<Resource[]>;

export interface PluginContext {
  loader: Loader;
  schemas: SchemaSource;
  settings: BuildSettings;
}

export type Plugin = { transform: Transformer } | { generate: Generator };

interface LooseSpecs {
  fieldSpecs?: Partial<FieldSpec>[];
}

type Maker = (config: never, context: PluginContext, text: string) => Promise<Plugin> | Plugin;

const specsOf = ({ fieldSpecs = [] }: LooseSpecs): FieldSpec[] => fieldSpecs.map(fullSpec);
const transform = (transformer: Transformer): Plugin => ({ transform: transformer });

/** Name and namespace may stand among the arguments or in the metadata. */
function generatorPlugin(kind: 'ConfigMap' | 'Secret') {
  return (
    { metadata, ...args }: GeneratorArgs & { metadata?: { name?: string; namespace?: string } },
    context: PluginContext,
  ): Plugin => {
    const name = args.name || metadata?.name;
    const namespace = args.namespace || metadata?.namespace;
    const full = { ...args, ...(name && { name }), ...(namespace && { namespace }) };
    return { generate: async () => [await generateConfig(kind, full, context.loader, context.schemas)] };
  };
}

interface AffixConfig extends LooseSpecs {
  prefix?: string;
  suffix?: string;
}

const affixes = (config: AffixConfig, ...which: ('prefix' | 'suffix')[]): Plugin => {
  const specs = config.fieldSpecs && specsOf(config);
  const all = which.map((where) => nameTransformer(where, config[where] ?? '', specs));
  return transform(async (resources) => {
    for (const one of all) await one(resources);
  });
};

interface IamConfig {
  cloud?: string;
  kubernetesService?: { name?: string; namespace?: string };
  serviceAccount?: { name?: string; projectId?: string };
}

function iamPolicies(config: IamConfig, schemas: SchemaSource): Resource[] {
  const { cloud = '', kubernetesService: account = {}, serviceAccount = {} } = config;
  if (cloud !== 'gke') throw failed(`cloud provider ${cloud} not supported yet`);
  const annotations = {
    'iam.gke.io/gcp-service-account': `${serviceAccount.name ?? ''}@${serviceAccount.projectId ?? ''}.iam.gserviceaccount.com`,
  };
  const metadata = {
    annotations,
    name: account.name ?? '',
    ...(account.namespace && { namespace: account.namespace }),
  };
  return [new ResourceOf(fromValue({ apiVersion: 'v1', kind: 'ServiceAccount', metadata }), schemas)];
}

/** The generators and transformers that kustomize brings along, by kind. */
const MAKERS: Readonly<Record<string, Maker>> = {
  AnnotationsTransformer: (config: LooseSpecs & { annotations?: StringMap }) =>
    transform(entriesTransformer(config.annotations ?? {}, specsOf(config))),
  ConfigMapGenerator: generatorPlugin('ConfigMap'),
  HashTransformer: () => transform(hashTransformer),
  async HelmChartInflationGenerator(config: HelmChart & HelmGlobals, { loader, settings, schemas }: PluginContext) {
    const chart = await ChartGenerator.configure(config, settings.helm, loader);
    return { generate: () => chart.generate(schemas) };
  },
  IAMPolicyGenerator: (config: IamConfig, { schemas }: PluginContext) => ({
    generate: async () => iamPolicies(config, schemas),
  }),
  ImageTagTransformer: (config: LooseSpecs & { imageTag?: ImageChange }) =>
    transform(imageTransformer(config.imageTag ?? {}, specsOf(config))),
  LabelTransformer: (config: LooseSpecs & { labels?: StringMap }) =>
    transform(entriesTransformer(config.labels ?? {}, specsOf(config))),
  NamespaceTransformer(
    config: LooseSpecs & { metadata?: { namespace?: string }; unsetOnly?: boolean; setRoleBindingSubjects?: string },
  ) {
    const { metadata, unsetOnly = false, setRoleBindingSubjects: subjects = '' } = config;
    return transform(
      namespaceTransformer({ namespace: metadata?.namespace ?? '', specs: specsOf(config), unsetOnly, subjects }),
    );
  },
  PatchJson6902Transformer: async (config: Patch & { jsonOp?: string }, { loader }: PluginContext) =>
    transform(await json6902Transformer(config, loader)),
  PatchStrategicMergeTransformer: async (
    config: { paths?: string[]; patches?: string },
    { loader, schemas }: PluginContext,
  ) => transform(await strategicTransformer(config, loader, schemas)),
  PatchTransformer: async (config: Patch, { loader, schemas }: PluginContext, text: string) =>
    transform(await patchTransformer(config, loader, schemas, text)),
  PrefixTransformer: (config: AffixConfig) => affixes(config, 'prefix'),
  SuffixTransformer: (config: AffixConfig) => affixes(config, 'suffix'),
  PrefixSuffixTransformer: (config: AffixConfig) => affixes(config, 'prefix', 'suffix'),
  ReplacementTransformer: async (config: { replacements?: Replacement[] }, { loader }: PluginContext) =>
    transform(replacementTransformer(await loadReplacements(config.replacements ?? [], loader))),
  ReplicaCountTransformer: (config: LooseSpecs & { replica?: Replica }) =>
    transform(replicaTransformer(config.replica ?? {}, specsOf(config))),
  SecretGenerator: generatorPlugin('Secret'),
  ValueAddTransformer: async (config: ValueAddConfig, { loader }: PluginContext) =>
    transform(await valueAddTransformer(config, loader)),
};

/**
 * The built-in plugin of a kind, ready to run.
 * @param text its configuration as YAML, for messages
 * @throws KctlError `input` for an unknown kind and a configuration that does not fit
 */
export async function builtinPlugin(
  kind: string,
  config: unknown,
  text: string,
  context: PluginContext,
): Promise<Plugin> {
  const make = Object.hasOwn(MAKERS, kind) ? MAKERS[kind]! : undefined;
  if (!make) throw failed(`unable to load builtin ${kind}.builtin.[noGrp]`);
  let fields: unknown;
  try {
    fields = kind === 'HashTransformer' ? {} : decode(config, kind, { strict: false });
  } catch (error) {
    throw within('error unmarshaling JSON: while decoding JSON', error);
  }
  return make(fields as never, context, text);
}
