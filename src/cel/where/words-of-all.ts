import type { KubeObject, OwnerReference } from '../../api/meta.ts';
import { BOOL, listOf, mapOf, STRING } from '../types.ts';
import { wordsOf } from './word.ts';

const textMap = mapOf(STRING, STRING);

/** `ReplicaSet/web-5d8f`, as `describe` has it; the controller where there is one. */
function ownerOf({ metadata }: KubeObject): string {
  const owners: readonly OwnerReference[] = metadata.ownerReferences ?? [];
  const owner = owners.find(({ controller }) => controller) ?? owners[0];
  return owner ? `${owner.kind}/${owner.name}` : '';
}

/** Milliseconds since 1970; null for no time. */
const moment = (text: string | undefined | null): number | null => (text ? Date.parse(text) : null);

/** How long ago, in ms; null for no time. */
export const ago = (text: string | undefined | null, now: number): number | null =>
  text ? now - Date.parse(text) : null;

/** What objects of every type have. */
export const wordsOfAll = wordsOf(undefined, [
  ['name', STRING, 'its name', ({ metadata }) => metadata.name],
  ['namespace', STRING, "its namespace, '' for types without", ({ metadata }) => metadata.namespace ?? ''],
  ['labels', textMap, 'labels["app"], "app" in labels', ({ metadata }) => metadata.labels ?? {}],
  ['annotations', textMap, 'likewise', ({ metadata }) => metadata.annotations ?? {}],
  ['age', 'age', 'how long it has been there', ({ metadata }, now) => ago(metadata.creationTimestamp, now)],
  ['created', 'time', 'when it was made', ({ metadata }) => moment(metadata.creationTimestamp)],
  ['owner', STRING, "its controller (ReplicaSet/web-5d8f), '' where it has none", ownerOf],
  ['finalizers', listOf(STRING), 'what keeps it from going', ({ metadata }) => metadata.finalizers ?? []],
  ['deleting', BOOL, 'it is being deleted', ({ metadata }) => metadata.deletionTimestamp !== undefined],
  ['now', 'time', "the time by the server's clock", (_object, now) => now],
]);
