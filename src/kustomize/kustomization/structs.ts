/** Fields of kustomize's types by name: `[]` is a list, `{}` a map by strings, a capital letter another of these types. */
type Struct = Readonly<Record<string, string>>;

const META: Struct = { name: 'string', namespace: 'string', labels: '{}string', annotations: '{}string' };
const GVK: Struct = { group: 'string', version: 'string', kind: 'string' };
const ID: Struct = { ...GVK, name: 'string', namespace: 'string' };

const GENERATOR: Struct = {
  ...{ namespace: 'string', name: 'string', behavior: 'string', options: 'GeneratorOptions' },
  ...{ literals: '[]string', files: '[]string', envs: '[]string', env: 'string' },
};

const HELM_GLOBALS: Struct = { chartHome: 'string', configHome: 'string' };
const HELM_CHART: Struct = {
  ...{ name: 'string', version: 'string', repo: 'string', releaseName: 'string', namespace: 'string' },
  ...{ additionalValuesFiles: '[]string', valuesFile: 'string', valuesInline: '{}any', valuesMerge: 'string' },
  ...{ includeCRDs: 'bool', skipHooks: 'bool', apiVersions: '[]string', kubeVersion: 'string' },
  ...{ nameTemplate: 'string', skipTests: 'bool', debug: 'bool' },
};

const REPLACEMENT: Struct = { source: 'SourceSelector', targets: '[]TargetSelector' };

/** A file of `configurations`. */
const FIELD_SPECS = '[]FieldSpec';
const TRANSFORMER_CONFIG: Struct = {
  ...{ namePrefix: FIELD_SPECS, nameSuffix: FIELD_SPECS, namespace: FIELD_SPECS, commonLabels: FIELD_SPECS },
  ...{ labels: FIELD_SPECS, templateLabels: FIELD_SPECS, commonAnnotations: FIELD_SPECS, varReference: FIELD_SPECS },
  ...{ images: FIELD_SPECS, replicas: FIELD_SPECS, nameReference: '[]NameBackReferences' },
};

const KUSTOMIZATION: Struct = {
  ...{ kind: 'string', apiVersion: 'string', metadata: 'ObjectMeta', openapi: '{}string' },
  ...{ namePrefix: 'string', nameSuffix: 'string', namespace: 'string', commonLabels: '{}string', labels: '[]Label' },
  ...{ commonAnnotations: '{}string', patchesStrategicMerge: '[]PatchStrategicMerge', patchesJson6902: '[]Patch' },
  ...{ patches: '[]Patch', images: '[]Image', imageTags: '[]Image', replacements: '[]ReplacementField' },
  ...{
    replicas: '[]Replica',
    vars: '[]Var',
    sortOptions: 'SortOptions',
    resources: '[]string',
    components: '[]string',
  },
  ...{ crds: '[]string', bases: '[]string', configMapGenerator: '[]ConfigMapArgs', secretGenerator: '[]SecretArgs' },
  ...{ helmGlobals: 'HelmGlobals', helmCharts: '[]HelmChart', helmChartInflationGenerator: '[]HelmChartArgs' },
  ...{ generatorOptions: 'GeneratorOptions', configurations: '[]string', generators: '[]string' },
  ...{ transformers: '[]string', validators: '[]string', buildMetadata: '[]string' },
};

export const STRUCTS: Readonly<Record<string, Struct>> = {
  Kustomization: KUSTOMIZATION,
  ObjectMeta: META,
  Label: { pairs: '{}string', includeSelectors: 'bool', includeTemplates: 'bool', fields: FIELD_SPECS },
  FieldSpec: { ...GVK, path: 'string', create: 'bool' },
  Patch: { path: 'string', patch: 'string', target: 'Selector', options: '{}bool' },
  Selector: { ...ID, annotationSelector: 'string', labelSelector: 'string' },
  Image: { name: 'string', newName: 'string', tagSuffix: 'string', newTag: 'string', digest: 'string' },
  Replica: { name: 'string', count: 'int64' },
  Replacement: REPLACEMENT,
  ReplacementField: { ...REPLACEMENT, path: 'string' },
  SourceSelector: { ...ID, fieldPath: 'string', options: 'FieldOptions' },
  TargetSelector: { select: 'Selector', reject: '[]Selector', fieldPaths: '[]string', options: 'FieldOptions' },
  FieldOptions: { delimiter: 'string', index: 'int', encoding: 'string', create: 'bool' },
  Var: { name: 'string', objref: 'Target', fieldref: 'FieldSelector' },
  Target: { ...ID, apiVersion: 'string' },
  FieldSelector: { fieldPath: 'string' },
  SortOptions: { order: 'string', legacySortOptions: 'LegacySortOptions' },
  LegacySortOptions: { orderFirst: '[]string', orderLast: '[]string' },
  GeneratorOptions: { labels: '{}string', annotations: '{}string', disableNameSuffixHash: 'bool', immutable: 'bool' },
  ConfigMapArgs: GENERATOR,
  SecretArgs: { ...GENERATOR, type: 'string' },
  HelmGlobals: HELM_GLOBALS,
  HelmChart: HELM_CHART,
  HelmChartArgs: {
    ...{ chartName: 'string', chartVersion: 'string', chartRepoUrl: 'string', chartHome: 'string' },
    ...{ chartRepoName: 'string', helmBin: 'string', helmHome: 'string', values: 'string', valuesLocal: '{}any' },
    ...{ valuesMerge: 'string', releaseName: 'string', releaseNamespace: 'string', extraArgs: '[]string' },
  },
  TransformerConfig: TRANSFORMER_CONFIG,
  NameBackReferences: { ...GVK, fieldSpecs: FIELD_SPECS },
  // Configurations of built-in generators and transformers.
  AnnotationsTransformer: { annotations: '{}string', fieldSpecs: FIELD_SPECS },
  ConfigMapGenerator: { ...GENERATOR, metadata: 'ObjectMeta' },
  SecretGenerator: { ...GENERATOR, type: 'string', metadata: 'ObjectMeta' },
  HelmChartInflationGenerator: { ...HELM_GLOBALS, ...HELM_CHART },
  ImageTagTransformer: { imageTag: 'Image', fieldSpecs: FIELD_SPECS },
  LabelTransformer: { labels: '{}string', fieldSpecs: FIELD_SPECS },
  NamespaceTransformer: {
    ...{ metadata: 'ObjectMeta', fieldSpecs: FIELD_SPECS, unsetOnly: 'bool', setRoleBindingSubjects: 'string' },
  },
  PatchJson6902Transformer: { target: 'Selector', path: 'string', jsonOp: 'string' },
  PatchStrategicMergeTransformer: { paths: '[]PatchStrategicMerge', patches: 'string' },
  PatchTransformer: { path: 'string', patch: 'string', target: 'Selector', options: '{}bool' },
  PrefixTransformer: { prefix: 'string', fieldSpecs: FIELD_SPECS },
  SuffixTransformer: { suffix: 'string', fieldSpecs: FIELD_SPECS },
  PrefixSuffixTransformer: { prefix: 'string', suffix: 'string', fieldSpecs: FIELD_SPECS },
  ReplacementTransformer: { replacements: '[]ReplacementField' },
  ReplicaCountTransformer: { replica: 'Replica', fieldSpecs: FIELD_SPECS },
  ValueAddTransformer: { value: 'string', targets: '[]ValueTarget', targetFilePath: 'string' },
  ValueTarget: { selector: 'Selector', fieldPath: 'string', filePathPosition: 'int' },
  IAMPolicyGenerator: { cloud: 'string', kubernetesService: 'KubernetesService', serviceAccount: 'ServiceAccountRef' },
  KubernetesService: { name: 'string', namespace: 'string' },
  ServiceAccountRef: { name: 'string', projectId: 'string' },
};
