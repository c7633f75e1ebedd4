import { KctlError } from '../../lib/errors.ts';
import { parseFirstYamlDocument } from '../../lib/yaml.ts';
import { failed, within } from '../failure.ts';
import { parseNode } from '../tree/parse.ts';
import { decode } from './decode.ts';
import type { GeneratorArgs, Kustomization, OldHelmChart } from './types.ts';

/** The names of kustomization files, of which a folder has to have one. */
export const FILE_NAMES = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

/** YAML 1.1 as plain data, with go-yaml's words for what is wrong. @throws KctlError `input`: `yaml: line 3: ...` */
export function plainData(text: string): unknown {
  parseNode(text);
  try {
    return parseFirstYamlDocument(text, 'kustomization');
  } catch (error) {
    if (!(error instanceof KctlError)) throw error;
    throw failed(error.message.replace(/^.*?(?=yaml: )/s, ''), error);
  }
}

/** Reads a kustomization file. @throws KctlError `input` for what it does not know and what has the wrong type */
export function parseKustomization(text: string): Kustomization {
  try {
    return decode<Kustomization>(plainData(text), 'Kustomization', { strict: true });
  } catch (error) {
    throw within('invalid Kustomization', error);
  }
}

const FIX = "Run 'kustomize edit fix' to update your Kustomization automatically.";

/** Fields that still work and have a successor; the order is that of the warnings. */
const DEPRECATED: readonly [keyof Kustomization, string, string?][] = [
  ['bases', 'resources'],
  ['commonLabels', 'labels'],
  ['imageTags', 'images'],
  ['patchesJson6902', 'patches'],
  ['patchesStrategicMerge', 'patches'],
  ['vars', 'replacements', `[EXPERIMENTAL] ${FIX}`],
];

export function deprecations(kustomization: Kustomization): string[] {
  return DEPRECATED.filter(([field]) => kustomization[field] !== undefined).map(
    ([field, successor, fix = FIX]) => `# Warning: '${field}' is deprecated. Please use '${successor}' instead. ${fix}`,
  );
}

const KIND = 'Kustomization';
export const COMPONENT = 'Component';
const API_VERSIONS: Readonly<Record<string, string>> = {
  [KIND]: 'kustomize.config.k8s.io/v1beta1',
  [COMPONENT]: 'kustomize.config.k8s.io/v1alpha1',
};

/** Puts what deprecated fields say where it belongs now, and fills in kind and version. */
export function modernised(kustomization: Kustomization): Kustomization {
  const { bases = [], imageTags = [], helmChartInflationGenerator: charts = [], ...rest } = kustomization;
  const kind = rest.kind || KIND;
  const result: Kustomization = {
    ...rest,
    kind,
    apiVersion: rest.apiVersion || API_VERSIONS[kind] || API_VERSIONS[KIND]!,
  };
  if (bases.length > 0) result.resources = [...(rest.resources ?? []), ...bases];
  if (imageTags.length > 0) result.images = [...(rest.images ?? []), ...imageTags];
  for (const name of ['configMapGenerator', 'secretGenerator'] as const) {
    if (rest[name]) result[name] = rest[name].map(withEnvs);
  }
  return charts.length > 0 ? withCharts(result, charts) : result;
}

function withEnvs({ env, ...args }: GeneratorArgs): GeneratorArgs {
  return env ? { ...args, envs: [...(args.envs ?? []), env] } : args;
}

function withCharts(kustomization: Kustomization, charts: readonly OldHelmChart[]): Kustomization {
  const last = (name: 'chartHome' | 'helmHome') => charts.findLast((chart) => chart[name])?.[name];
  const [chartHome, configHome] = [last('chartHome'), last('helmHome')];
  const globals = { ...(chartHome && { chartHome }), ...(configHome && { configHome }) };
  const added = charts.map((old) => ({
    ...(old.chartName && { name: old.chartName }),
    ...(old.chartVersion && { version: old.chartVersion }),
    ...(old.chartRepoUrl && { repo: old.chartRepoUrl }),
    ...(old.values && { valuesFile: old.values }),
    ...(old.valuesLocal && { valuesInline: old.valuesLocal }),
    ...(old.valuesMerge && { valuesMerge: old.valuesMerge }),
    ...(old.releaseName && { releaseName: old.releaseName }),
  }));
  const isNew = kustomization.helmGlobals === undefined && (chartHome || configHome);
  return {
    ...kustomization,
    ...(isNew && { helmGlobals: globals }),
    helmCharts: [...(kustomization.helmCharts ?? []), ...added],
  };
}

/** @throws KctlError `input` where it says nothing, or is of a kind or version that kustomize does not know */
export function requireKnown({ kind, apiVersion, ...rest }: Kustomization, root: string): void {
  if (Object.keys(rest).length === 0) throw failed('kustomization.yaml is empty');
  const problems: string[] = [];
  if (kind !== KIND && kind !== COMPONENT) problems.push(`kind should be ${KIND} or ${COMPONENT}`);
  const version = API_VERSIONS[kind!] ?? API_VERSIONS[KIND]!;
  if (apiVersion !== version) problems.push(`apiVersion for ${kind} should be ${version}`);
  if (problems.length > 0) throw failed(`Failed to read kustomization file under ${root}:\n${problems.join('\n')}`);
}
