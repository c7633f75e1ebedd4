import { toYaml } from '../lib/yaml.ts';
import type { TransformerConfig } from './config/config-types.ts';
import { type FieldSpec, fieldSpec, mergeFieldSpecs } from './config/field-spec.ts';
import { fullSpec } from './config/load-config.ts';
import { within } from './failure.ts';
import { mergedOptions } from './generate/config-objects.ts';
import type { Kustomization, Label } from './kustomization/types.ts';
import { builtinPlugin, type Plugin, type PluginContext } from './plugins/builtin.ts';

/** A built-in plugin that a field of the kustomization stands for, and its configuration. */
interface Step {
  kind: string;
  config: object;
}

/** The generators of a kustomization's own fields, in kustomize's order. */
export function generatorSteps(kustomization: Kustomization): Step[] {
  const {
    configMapGenerator = [],
    secretGenerator = [],
    helmCharts = [],
    helmGlobals,
    generatorOptions,
  } = kustomization;
  const withOptions = (args: (typeof configMapGenerator)[number]) => {
    const options = mergedOptions(args.options, generatorOptions);
    return { ...args, ...(options && { options }) };
  };
  return [
    ...configMapGenerator.map((args) => ({ kind: 'ConfigMapGenerator', config: withOptions(args) })),
    ...secretGenerator.map((args) => ({ kind: 'SecretGenerator', config: withOptions(args) })),
    ...helmCharts.map((chart) => ({ kind: 'HelmChartInflationGenerator', config: { ...helmGlobals, ...chart } })),
  ];
}

/** The transformers of a kustomization's own fields, in kustomize's order. @throws KctlError `input` for labels that disagree with the configuration */
export function transformerSteps(kustomization: Kustomization, fields: TransformerConfig): Step[] {
  const { patchesStrategicMerge: paths = [], patches = [], patchesJson6902 = [], replacements = [] } = kustomization;
  const { namespace, namePrefix: prefix, nameSuffix: suffix, commonAnnotations: annotations = {} } = kustomization;
  const when = (isOn: unknown, kind: string, config: () => object): Step[] =>
    isOn ? [{ kind, config: config() }] : [];
  return [
    ...when(paths.length > 0, 'PatchStrategicMergeTransformer', () => ({ paths })),
    ...patches.map((config) => ({ kind: 'PatchTransformer', config })),
    ...when(namespace, 'NamespaceTransformer', () => ({ metadata: { namespace }, fieldSpecs: fields.namespace })),
    ...when(prefix, 'PrefixTransformer', () => ({ prefix, fieldSpecs: fields.namePrefix })),
    ...when(suffix, 'SuffixTransformer', () => ({ suffix, fieldSpecs: fields.nameSuffix })),
    ...labelSteps(kustomization, fields),
    ...when(Object.keys(annotations).length > 0, 'AnnotationsTransformer', () => ({
      annotations,
      fieldSpecs: fields.commonAnnotations,
    })),
    ...patchesJson6902.map(({ target, path, patch: jsonOp }) => ({
      kind: 'PatchJson6902Transformer',
      config: { ...(jsonOp && { jsonOp }), ...(path && { path }), ...(target && { target }) },
    })),
    ...(kustomization.replicas ?? []).map((replica) => ({
      kind: 'ReplicaCountTransformer',
      config: { replica, fieldSpecs: fields.replicas },
    })),
    ...(kustomization.images ?? []).map((imageTag) => ({
      kind: 'ImageTagTransformer',
      config: { imageTag, fieldSpecs: fields.images },
    })),
    ...when(replacements.length > 0, 'ReplacementTransformer', () => ({ replacements })),
  ];
}

function labelSteps({ labels = [], commonLabels = {} }: Kustomization, fields: TransformerConfig): Step[] {
  if (labels.length === 0 && Object.keys(commonLabels).length === 0) return [];
  const kind = 'LabelTransformer';
  return [
    ...labels.map((label) => ({ kind, config: { labels: label.pairs ?? {}, fieldSpecs: labelFields(label, fields) } })),
    { kind, config: { labels: commonLabels, fieldSpecs: fields.commonLabels } },
  ];
}

function labelFields(label: Label, fields: TransformerConfig): FieldSpec[] {
  try {
    const own = mergeFieldSpecs((label.fields ?? []).map(fullSpec), fields.labels);
    if (label.includeSelectors) return mergeFieldSpecs(own, fields.commonLabels);
    const all = label.includeTemplates ? withTemplates(own, fields) : own;
    return mergeFieldSpecs(all, [fieldSpec('metadata/labels', { create: true })]);
  } catch (error) {
    if ((error as Error).message.startsWith('failed to merge template')) throw error;
    throw within('failed to merge labels', error);
  }
}

function withTemplates(own: readonly FieldSpec[], fields: TransformerConfig): FieldSpec[] {
  try {
    return mergeFieldSpecs(own, fields.templateLabels);
  } catch (error) {
    throw within('failed to merge template fieldSpec', error);
  }
}

/** Makes a step's plugin. @throws KctlError `input` with the step's configuration */
export async function configured({ kind, config }: Step, context: PluginContext): Promise<Plugin> {
  const text = toYaml(config);
  try {
    return await builtinPlugin(kind, config, text, context);
  } catch (error) {
    throw within(`trouble configuring builtin ${kind} with config: \`\n${text}\``, error);
  }
}
