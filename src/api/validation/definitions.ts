import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../meta.ts';
import type { Causes } from './causes.ts';
import { checkOneOf, type Fields, isMissing, listAt } from './checks.ts';
import { checkStructural } from './definition-schemas.ts';
import { checkApproval, checkConversion, checkDeprecation, checkSelectableFields } from './definition-versions.ts';
import { dns1035Label, dnsSubdomain } from './names.ts';

/** Custom resource definitions. Source: apiextensions-apiserver, pkg/apis/apiextensions/validation. */

const columnTypes = ['boolean', 'date', 'integer', 'number', 'string'];

export function checkDefinition(causes: Causes, object: KubeObject, previous: KubeObject | undefined): void {
  const spec: Fields = object.spec ?? {};
  if (object.metadata.name !== `${spec.names?.plural}.${spec.group}`) {
    causes.invalid('metadata.name', object.metadata.name, `must be spec.names.plural+"."+spec.group`);
  }
  if (isMissing(spec.group)) causes.required('spec.group');
  else {
    for (const why of dnsSubdomain(String(spec.group))) causes.invalid('spec.group', spec.group, why);
    if (!String(spec.group).includes('.')) {
      causes.invalid('spec.group', spec.group, 'should be a domain with at least one dot');
    }
  }
  checkNames(causes, spec.names ?? {});
  checkOneOf(causes, 'spec.scope', spec.scope ?? '', ['Cluster', 'Namespaced']);
  const versions = listAt(spec, 'versions');
  if (versions.length === 0) causes.required('spec.versions');
  else checkVersions(causes, versions);
  checkConversion(causes, spec.conversion);
  if (spec.preserveUnknownFields === true) {
    const detail =
      'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead';
    causes.invalid('spec.preserveUnknownFields', true, detail);
  }
  checkApproval(causes, String(spec.group ?? ''), object.metadata, previous?.metadata);
  if (previous) checkFixed(causes, object, previous);
}

function checkNames(causes: Causes, names: Fields): void {
  const check = (field: string, value: unknown, mixedCase = false) => {
    const text = String(value);
    for (const why of dns1035Label(mixedCase ? text.toLowerCase() : text)) {
      const detail = mixedCase ? `may have mixed case, but should otherwise match: ${why}` : why;
      causes.invalid(`spec.names.${field}`, value, detail);
    }
  };
  if (isMissing(names.plural)) causes.required('spec.names.plural');
  else check('plural', names.plural);
  if (!isMissing(names.singular)) check('singular', names.singular);
  if (isMissing(names.kind)) causes.required('spec.names.kind');
  else check('kind', names.kind, true);
  if (!isMissing(names.listKind)) check('listKind', names.listKind, true);
  if (!isMissing(names.kind) && names.kind === names.listKind) {
    causes.invalid('spec.names.listKind', names.listKind, 'kind and listKind may not be the same');
  }
  for (const field of ['shortNames', 'categories']) {
    for (const [at, name] of ((names[field] ?? []) as string[]).entries()) check(`${field}[${at}]`, name);
  }
}

function checkVersions(causes: Causes, versions: readonly Fields[]): void {
  if (versions.filter((version) => version.storage).length !== 1) {
    causes.invalid('spec.versions', versions, 'must have exactly one version marked as storage version');
  }
  if (new Set(versions.map((version) => version.name)).size < versions.length) {
    causes.invalid('spec.versions', versions, 'must contain unique version names');
  }
  for (const [index, version] of versions.entries()) {
    const path = `spec.versions[${index}]`;
    for (const why of dns1035Label(String(version.name ?? ''))) causes.invalid(`${path}.name`, version.name ?? '', why);
    const schema = version.schema?.openAPIV3Schema;
    if (!schema) causes.required(`${path}.schema.openAPIV3Schema`, 'schemas are required');
    else checkStructural(causes, `${path}.schema.openAPIV3Schema`, schema);
    checkScalePaths(causes, `${path}.subresources.scale`, version.subresources?.scale);
    for (const [at, column] of listAt(version, 'additionalPrinterColumns').entries()) {
      checkColumn(causes, `${path}.additionalPrinterColumns[${at}]`, column);
    }
    checkSelectableFields(causes, `${path}.selectableFields`, version);
    checkDeprecation(causes, path, version);
  }
}

const isSimplePath = (path: unknown): boolean => /^(\.[A-Za-z_][\w-]*)+$/.test(String(path));

function checkScalePaths(causes: Causes, path: string, scale: Fields | undefined): void {
  if (!scale) return;
  for (const [field, root] of [
    ['specReplicasPath', '.spec'],
    ['statusReplicasPath', '.status'],
  ] as const) {
    const value = scale[field];
    if (isMissing(value)) causes.required(`${path}.${field}`);
    else if (!isSimplePath(value)) causes.invalid(`${path}.${field}`, value, 'must be a simple json path');
    else if (!String(value).startsWith(`${root}.`)) {
      causes.invalid(`${path}.${field}`, value, `should be a json path under ${root}`);
    }
  }
  const selector = scale.labelSelectorPath;
  if (!isMissing(selector) && !/^\.(spec|status)\./.test(String(selector))) {
    causes.invalid(`${path}.labelSelectorPath`, selector, 'should be a json path under either .spec or .status');
  }
}

function checkColumn(causes: Causes, path: string, column: Fields): void {
  if (isMissing(column.name)) causes.required(`${path}.name`);
  if (isMissing(column.type)) causes.required(`${path}.type`, `must be one of ${columnTypes.join(',')}`);
  else if (!columnTypes.includes(column.type)) {
    causes.invalid(`${path}.type`, column.type, `must be one of ${columnTypes.join(',')}`);
  }
  if (isMissing(column.jsonPath)) causes.required(`${path}.jsonPath`);
  else if (!/^[.[]/.test(String(column.jsonPath))) {
    causes.invalid(`${path}.jsonPath`, column.jsonPath, 'must be a simple json path starting with .');
  }
}

/** Objects are stored under these, so that they stay once there can be any. */
function checkFixed(causes: Causes, { spec, status }: KubeObject, previous: KubeObject): void {
  const fixed: [string, unknown, unknown][] = [
    ['spec.group', spec.group, previous.spec.group],
    ['spec.names.plural', spec.names?.plural, previous.spec.names?.plural],
    ['spec.names.kind', spec.names?.kind, previous.spec.names?.kind],
    ['spec.scope', spec.scope, previous.spec.scope],
  ];
  for (const [field, now, was] of fixed) {
    if (!isDeepStrictEqual(now, was)) causes.invalid(field, now ?? '', 'field is immutable');
  }
  const names = new Set(listAt(spec, 'versions').map((version) => version.name));
  for (const [at, stored] of ((status?.storedVersions ?? []) as string[]).entries()) {
    if (names.has(stored)) continue;
    causes.invalid(
      `status.storedVersions[${at}]`,
      stored,
      `missing from spec.versions; ${stored} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${stored} and removes ${stored} from status.storedVersions`,
    );
  }
}
