import { within } from '../failure.ts';
import { type Gvk, sameGvk } from '../resource/id.ts';
import { FIELD_LISTS, type FieldListName, type NameReference, type TransformerConfig } from './config-types.ts';
import { defaultFieldSpecs, defaultNameReferences } from './default-fields.ts';
import { type FieldSpec, mergeFieldSpecs } from './field-spec.ts';

const listNames = Object.keys(FIELD_LISTS) as FieldListName[];

function configOf(
  list: (name: FieldListName) => readonly FieldSpec[],
  nameReference: readonly NameReference[],
): TransformerConfig {
  const lists = listNames.map((name) => [name, [...list(name)].sort(byGvk)]);
  return { ...Object.fromEntries(lists), nameReference: [...nameReference].sort(byGvk) };
}

export const emptyConfig: TransformerConfig = configOf(() => [], []);

let defaults: TransformerConfig | undefined;

export function defaultConfig(): TransformerConfig {
  defaults ??= configOf((name) => defaultFieldSpecs()[name] ?? [], defaultNameReferences());
  return defaults;
}

/** What a file of `configurations` or a CRD says, sorted as kustomize sorts it. */
export function makeConfig(parts: Partial<TransformerConfig>): TransformerConfig {
  return configOf((name) => parts[name] ?? [], parts.nameReference ?? []);
}

/** @throws KctlError `input` where two say differently whether a field is to be created */
export function mergeConfigs(base: TransformerConfig, more: TransformerConfig): TransformerConfig {
  if (base === more) return base;
  const list = (name: FieldListName) => {
    try {
      return mergeFieldSpecs(base[name], more[name]);
    } catch (error) {
      throw within(`failed to merge ${FIELD_LISTS[name]} fieldSpec`, error);
    }
  };
  return configOf(list, mergeReferences(base.nameReference, more.nameReference));
}

function mergeReferences(base: readonly NameReference[], more: readonly NameReference[]): NameReference[] {
  const result = [...base];
  for (const reference of more) {
    const at = result.findIndex((each) => sameGvk(each, reference));
    if (at < 0) result.push(reference);
    else result[at] = { ...result[at]!, fieldSpecs: mergeSpecs(result[at]!.fieldSpecs, reference.fieldSpecs) };
  }
  return result;
}

function mergeSpecs(base: readonly FieldSpec[], more: readonly FieldSpec[]): FieldSpec[] {
  try {
    return mergeFieldSpecs(base, more);
  } catch (error) {
    throw within('failed to merge NameReference fieldSpec', error);
  }
}

/** Kinds that come first and last wherever kinds are put in order. */
export const ORDER_FIRST = [
  ...['Namespace', 'ResourceQuota', 'StorageClass', 'CustomResourceDefinition', 'ServiceAccount', 'PodSecurityPolicy'],
  ...['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding', 'ConfigMap', 'Secret', 'Endpoints', 'Service'],
  ...['LimitRange', 'PriorityClass', 'PersistentVolume', 'PersistentVolumeClaim', 'Deployment', 'StatefulSet'],
  ...['CronJob', 'PodDisruptionBudget'],
];
export const ORDER_LAST = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'];

/** Negative for kinds that come first, positive for those that come last. */
export function kindRanks(first: readonly string[], last: readonly string[]): Map<string, number> {
  const ranks = new Map(first.map((kind, at) => [kind, at - first.length]));
  for (const [at, kind] of last.entries()) ranks.set(kind, at + 1);
  return ranks;
}

const ranks = kindRanks(ORDER_FIRST, ORDER_LAST);

/** Group, version and kind as a text to sort by; what is missing comes last. */
export const gvkSortText = ({ group, version, kind }: Gvk): string =>
  `${group || '~G'}_${version || '~V'}_${kind || '~K'}`;

function byGvk(a: Gvk, b: Gvk): number {
  const rank = (ranks.get(a.kind) ?? 0) - (ranks.get(b.kind) ?? 0);
  if (rank !== 0) return rank;
  return compareText(gvkSortText(a), gvkSortText(b));
}

/** As Go compares strings: by bytes. */
export function compareText(a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));
}
