import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../meta.ts';
import { Causes } from './causes.ts';
import { checkWord, type Fields, isMissing, listAt } from './checks.ts';
import { type DefinitionPlace, internalDefinition } from './definition-places.ts';
import { checkSchema } from './definition-schemas.ts';
import { shownVersions, VERSIONS } from './definition-shown.ts';
import {
  checkApproval,
  checkColumns,
  checkConversion,
  checkDeprecation,
  checkSelectableFields,
  checkSubresources,
} from './definition-versions.ts';
import { dns1035Label, dnsSubdomain } from './names.ts';

/**
 * Custom resource definitions, their parts in the order in which the server looks at them. Source:
 * apiextensions-apiserver, pkg/apis/apiextensions/validation.
 */
export function checkDefinition(told: Causes, object: KubeObject, previous: KubeObject | undefined): void {
  const causes = new Causes('json');
  checkAll(causes, object, previous);
  told.list.push(...causes.list);
}

function checkAll(causes: Causes, object: KubeObject, previous: KubeObject | undefined): void {
  const spec: Fields = object.spec ?? {};
  const { name, generateName } = object.metadata;
  const wanted = `${spec.names?.plural ?? ''}.${spec.group ?? ''}`;
  for (const [field, text] of previous
    ? []
    : [['generateName', generateName || wanted] as const, ['name', name] as const]) {
    if (text !== wanted) causes.invalid(`metadata.${field}`, text, `must be spec.names.plural+"."+spec.group`);
  }
  if (isMissing(spec.group)) causes.required('spec.group');
  else {
    const problems = dnsSubdomain(String(spec.group));
    if (problems.length > 0) causes.invalid('spec.group', spec.group, problems.join(','));
    else if (!String(spec.group).includes('.')) {
      causes.invalid('spec.group', spec.group, 'should be a domain with at least one dot');
    }
  }
  checkWord(causes, 'spec.scope', spec.scope, ['Cluster', 'Namespaced']);
  checkVersions(causes, spec);
  checkNames(causes, spec.names ?? {});
  const internal = internalDefinition(spec);
  const schema = internal.shared('schema');
  const withStatus = listAt(spec, 'versions').some((version) => version.subresources?.status);
  if (schema) checkSchema(causes, `${schema.path}.openAPIV3Schema`, schema.part.openAPIV3Schema, withStatus);
  checkParts(causes, schema, (field) => internal.shared(field));
  checkConversion(causes, spec.conversion);
  if (previous) checkFixed(causes, object, previous);
  checkStored(causes, object, previous);
  checkApproval(causes, String(spec.group ?? ''), object.metadata, previous?.metadata);
  if (spec.preserveUnknownFields === true) {
    const detail =
      'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead';
    causes.invalid('spec.preserveUnknownFields', true, detail);
  }
}

type PartName = 'subresources' | 'additionalPrinterColumns' | 'selectableFields';

function checkParts(
  causes: Causes,
  schema: DefinitionPlace | undefined,
  placeOf: (field: PartName) => DefinitionPlace | undefined,
): void {
  const subresources = placeOf('subresources');
  if (subresources) checkSubresources(causes, subresources.path, subresources.part);
  const columns = placeOf('additionalPrinterColumns');
  if (columns) checkColumns(causes, columns.path, columns.part as unknown as Fields[]);
  const selectable = placeOf('selectableFields');
  if (!selectable) return;
  const root = (schema?.part ?? selectable.versions[0]?.schema)?.openAPIV3Schema;
  checkSelectableFields(causes, selectable.path, selectable.part as unknown as Fields[], root);
}

function checkVersions(causes: Causes, spec: Fields): void {
  const versions = listAt(spec, 'versions');
  const internal = internalDefinition(spec);
  for (const [at, version] of versions.entries()) {
    if (!version.schema?.openAPIV3Schema) causes.required(`spec.versions[${at}].schema.openAPIV3Schema`);
  }
  for (const [at, version] of versions.entries()) {
    const path = `spec.versions[${at}]`;
    checkLabel(causes, `${path}.name`, version.name ?? '');
    checkDeprecation(causes, path, version);
    const schema = internal.own('schema', at);
    const hasStatus = Boolean(version.subresources?.status);
    if (schema) checkSchema(causes, `${schema.path}.openAPIV3Schema`, schema.part.openAPIV3Schema, hasStatus);
    checkParts(causes, schema, (field) => internal.own(field, at));
  }
  const refuse = (detail: string) =>
    causes.invalid('spec.versions', shownVersions(internal.versions), detail, VERSIONS);
  if (new Set(versions.map((version) => version.name)).size < versions.length) {
    refuse('must contain unique version names');
  }
  if (versions.filter((version) => version.storage).length !== 1) {
    refuse('must have exactly one version marked as storage version');
  }
  // The first version has a second place inside.
  if (!isMissing(versions[0]?.name)) checkLabel(causes, 'spec.version', versions[0]!.name);
}

function checkLabel(causes: Causes, path: string, value: unknown): void {
  const problems = dns1035Label(String(value));
  if (problems.length > 0) causes.invalid(path, value, problems.join(','));
}

function checkNames(causes: Causes, names: Fields): void {
  for (const field of ['plural', 'singular', 'kind', 'listKind']) {
    // What is left out is made of the kind.
    const isMade = field === 'singular' || field === 'listKind';
    if (isMissing(names[field]) && !(isMade && !isMissing(names.kind))) causes.required(`spec.names.${field}`);
  }
  const mixed = (field: string) => {
    const problems = isMissing(names[field]) ? [] : dns1035Label(String(names[field]).toLowerCase());
    if (problems.length === 0) return;
    const detail = `may have mixed case, but should otherwise match: ${problems.join(',')}`;
    causes.invalid(`spec.names.${field}`, names[field], detail);
  };
  for (const field of ['plural', 'singular']) {
    if (!isMissing(names[field])) checkLabel(causes, `spec.names.${field}`, names[field]);
  }
  mixed('kind');
  mixed('listKind');
  const each = (field: string) => {
    for (const [at, name] of ((names[field] ?? []) as string[]).entries()) {
      checkLabel(causes, `spec.names.${field}[${at}]`, name);
    }
  };
  each('shortNames');
  if (!isMissing(names.kind) && names.kind === names.listKind) {
    causes.invalid('spec.names.listKind', names.listKind, 'kind and listKind may not be the same');
  }
  each('categories');
}

const isEstablished = ({ status }: KubeObject): boolean =>
  listAt(status, 'conditions').some((one) => one.type === 'Established' && one.status === 'True');

/** Objects are stored under these, so that they stay once there can be any. */
function checkFixed(causes: Causes, { spec }: KubeObject, previous: KubeObject): void {
  const was = previous.spec;
  const fixed: [string, unknown, unknown][] = [
    ...(isEstablished(previous)
      ? ([
          ['spec.scope', spec.scope, was.scope],
          ['spec.names.kind', spec.names?.kind, was.names?.kind],
        ] as [string, unknown, unknown][])
      : []),
    ['spec.group', spec.group, was.group],
    ['spec.names.plural', spec.names?.plural, was.names?.plural],
  ];
  for (const [field, now, before] of fixed) {
    if (!isDeepStrictEqual(now, before)) causes.invalid(field, now ?? '', 'field is immutable');
  }
}

/** Versions in which objects may be stored: the first storage version from the start, others as they come. */
function checkStored(causes: Causes, { spec, status }: KubeObject, previous: KubeObject | undefined): void {
  const versions = listAt(spec, 'versions');
  const first = versions.find((version) => version.storage)?.name;
  const known = ((previous ? previous.status : status)?.storedVersions ?? []) as string[];
  const stored = first === undefined || known.includes(first) ? [...known] : [...known, String(first)];
  const path = 'status.storedVersions';
  if (stored.length === 0) {
    causes.invalid(path, null, 'must have at least one stored version');
    return;
  }
  for (const [at, { name, storage }] of versions.entries()) {
    // A server strikes off each name that it has found.
    const isFound = stored.includes(name) && versions.findIndex((version) => version.name === name) === at;
    if (storage && !isFound) causes.invalid(path, stored, `must have the storage version ${name}`);
  }
  for (const [at, name] of stored.entries()) {
    if (versions.some((version) => version.name === name)) continue;
    causes.invalid(
      `${path}[${at}]`,
      name,
      `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`,
    );
  }
}
