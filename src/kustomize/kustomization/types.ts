import type { FieldSpec } from '../config/field-spec.ts';
import type { StringMap } from '../resource/resource.ts';

/** What kustomization files say; structs.ts has the same as data. Absent and empty are the same. */

export interface Selector {
  group?: string;
  version?: string;
  kind?: string;
  name?: string;
  namespace?: string;
  annotationSelector?: string;
  labelSelector?: string;
}

export interface Patch {
  path?: string;
  patch?: string;
  target?: Selector;
  options?: Record<string, boolean>;
}

export interface Label {
  pairs?: StringMap;
  includeSelectors?: boolean;
  includeTemplates?: boolean;
  fields?: Partial<FieldSpec>[];
}

export interface ImageChange {
  name?: string;
  newName?: string;
  tagSuffix?: string;
  newTag?: string;
  digest?: string;
}

export interface Replica {
  name?: string;
  count?: number | bigint;
}

export interface FieldOptions {
  delimiter?: string;
  index?: number;
  encoding?: string;
  create?: boolean;
}

export interface SourceSelector extends Selector {
  fieldPath?: string;
  options?: FieldOptions;
}

export interface TargetSelector {
  select?: Selector;
  reject?: Selector[];
  fieldPaths?: string[];
  options?: FieldOptions;
}

export interface Replacement {
  source?: SourceSelector;
  targets?: TargetSelector[];
  path?: string;
}

export interface Var {
  name?: string;
  objref?: { apiVersion?: string; group?: string; version?: string; kind?: string; name?: string; namespace?: string };
  fieldref?: { fieldPath?: string };
}

export interface SortOptions {
  order?: string;
  legacySortOptions?: { orderFirst?: string[]; orderLast?: string[] };
}

export interface GeneratorOptions {
  labels?: StringMap;
  annotations?: StringMap;
  disableNameSuffixHash?: boolean;
  immutable?: boolean;
}

export interface GeneratorArgs {
  namespace?: string;
  name?: string;
  behavior?: string;
  options?: GeneratorOptions;
  literals?: string[];
  files?: string[];
  envs?: string[];
  env?: string;
  /** Of a Secret. */
  type?: string;
}

export interface HelmGlobals {
  chartHome?: string;
  configHome?: string;
}

export interface HelmChart {
  name?: string;
  version?: string;
  repo?: string;
  releaseName?: string;
  namespace?: string;
  additionalValuesFiles?: string[];
  valuesFile?: string;
  valuesInline?: Record<string, unknown>;
  valuesMerge?: string;
  includeCRDs?: boolean;
  skipHooks?: boolean;
  apiVersions?: string[];
  kubeVersion?: string;
  nameTemplate?: string;
  skipTests?: boolean;
  debug?: boolean;
}

export interface OldHelmChart {
  chartName?: string;
  chartVersion?: string;
  chartRepoUrl?: string;
  chartHome?: string;
  helmHome?: string;
  values?: string;
  valuesLocal?: Record<string, unknown>;
  valuesMerge?: string;
  releaseName?: string;
}

export interface Kustomization {
  kind?: string;
  apiVersion?: string;
  metadata?: { name?: string; namespace?: string };
  openapi?: StringMap;
  namePrefix?: string;
  nameSuffix?: string;
  namespace?: string;
  commonLabels?: StringMap;
  labels?: Label[];
  commonAnnotations?: StringMap;
  patchesStrategicMerge?: string[];
  patchesJson6902?: Patch[];
  patches?: Patch[];
  images?: ImageChange[];
  imageTags?: ImageChange[];
  replacements?: Replacement[];
  replicas?: Replica[];
  vars?: Var[];
  sortOptions?: SortOptions;
  resources?: string[];
  components?: string[];
  crds?: string[];
  bases?: string[];
  configMapGenerator?: GeneratorArgs[];
  secretGenerator?: GeneratorArgs[];
  helmGlobals?: HelmGlobals;
  helmCharts?: HelmChart[];
  helmChartInflationGenerator?: OldHelmChart[];
  generatorOptions?: GeneratorOptions;
  configurations?: string[];
  generators?: string[];
  transformers?: string[];
  validators?: string[];
  buildMetadata?: string[];
}
