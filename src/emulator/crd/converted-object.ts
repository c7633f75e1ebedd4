import type { KubeObject } from '../../api/meta.ts';
import { Causes } from '../../api/validation/causes.ts';
import { checkAnnotations, checkLabels } from '../../api/validation/checks.ts';
import { deepCopy } from '../registry/copy.ts';
import { jsonEqual } from '../registry/equal.ts';

/** An object that can be used; one that is none; or what follows `returned invalid `. */
type Result = { object: KubeObject } | { malformed: string } | { wrong: string };

const isFields = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * What a conversion webhook made of `was`, with the metadata that are not its to change put back
 * (apiextensions-apiserver, pkg/apiserver/conversion/webhook_converter.go).
 * @param desired the version that it was asked for
 */
export function readConverted(was: KubeObject, given: unknown, desired: string): Result {
  if (given === null || given === undefined) return { malformed: 'unexpected end of JSON input' };
  if (!isFields(given)) {
    return { malformed: `json: cannot unmarshal ${goKind(given)} into Go value of type map[string]interface {}` };
  }
  if (typeof given.kind !== 'string' || given.kind === '') {
    return { malformed: `Object 'Kind' is missing in '${JSON.stringify(given)}'` };
  }
  const version = typeof given.apiVersion === 'string' ? given.apiVersion : '';
  if (version !== desired) {
    return { wrong: `object at index 0: invalid groupVersion (expected ${desired}, received ${version})` };
  }
  if (given.kind !== was.kind) {
    return { wrong: `object at index 0: invalid kind (expected ${was.kind}, received ${given.kind})` };
  }
  const metadata = isFields(given.metadata) ? given.metadata : {};
  for (const [field, label] of IDENTITY) {
    const [before, now] = [was.metadata[field] ?? '', metadata[field] ?? ''];
    if (before !== now) return { wrong: `object: must have the same ${label}: ${before} != ${now}` };
  }
  const restored = restoredMetadata(was, given);
  if (typeof restored === 'string') return { wrong: `metadata: ${restored}` };
  return { object: { ...given, metadata: restored } as KubeObject };
}

const IDENTITY = [
  ['name', 'name'],
  ['namespace', 'namespace'],
  ['uid', 'UID'],
] as const;

const MAPS = [
  ['labels', 'metadata.labels', checkLabels],
  ['annotations', 'metadata.annotation', checkAnnotations],
] as const;

/** The metadata as they were; only labels and annotations are the webhook's to change. */
function restoredMetadata(was: KubeObject, one: Record<string, unknown>): KubeObject['metadata'] | string {
  if (one.metadata === undefined) return 'missing metadata in converted object';
  if (!isFields(one.metadata)) return `invalid metadata of type ${goType(one.metadata)} in converted object`;
  const { resourceVersion: _stored, ...before } = was.metadata;
  const metadata = deepCopy(before) as KubeObject['metadata'];
  for (const [field, path, check] of MAPS) {
    const given = one.metadata[field];
    const had = metadata[field];
    delete metadata[field];
    if (given === undefined || given === null) continue;
    if (!isFields(given)) return `invalid metadata.${field} of type ${goType(given)} in converted object`;
    const wrong = Object.entries(given).find(([, value]) => typeof value !== 'string');
    if (wrong) {
      return `metadata.${field}[${wrong[0]}] must be a string, but is ${goType(wrong[1])} in converted object`;
    }
    if (!jsonEqual(had ?? {}, given)) {
      const causes = new Causes();
      check(causes, path, given);
      const said = causes.list.map(({ field: at, message }) => `${at}: ${message}`);
      if (said.length > 0) return said.length === 1 ? said[0]! : `[${said.join(', ')}]`;
    }
    metadata[field] = given as Record<string, string>;
  }
  return metadata;
}

const goKind = (value: unknown): string =>
  Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;

/** Of what JSON holds, as Go names it (`%T` of a decoded value). */
function goType(value: unknown): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return '[]interface {}';
  if (typeof value === 'object') return 'map[string]interface {}';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}
