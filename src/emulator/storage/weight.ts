import { getHeapStatistics } from 'node:v8';
import type { KubeObject } from '../../api/meta.ts';
import { plainError } from '../errors.ts';
import { encoded } from './encoded.ts';

const MIB = 1024 * 1024;

/**
 * What a process may keep in objects, in the unit of `weightOf`. In the heap an object takes at most eight
 * times what it weighs, so that all of them fill half of it and leave the other half to everything else.
 */
export function defaultQuota(heapLimit: number = getHeapStatistics().heap_size_limit): number {
  return Math.max(32 * MIB, Math.floor(heapLimit / 16));
}

/** The answer of a server whose etcd is full: plain, and without a reason. */
export const spaceExceeded = () => plainError('etcdserver: mvcc: database space exceeded');

const weights = new WeakMap<KubeObject, number>();

/** What a stored object counts: the bytes of its JSON, and eight for each field, object and list, which tiny ones fill heaps with. */
export function weightOf(object: KubeObject): number {
  return weights.get(object) ?? keepWeight(object, weigh(encoded(object)));
}

/** From now on `object` weighs that much; for what is known without encoding it. */
export function keepWeight(object: KubeObject, weight: number): number {
  weights.set(object, weight);
  return weight;
}

const PART = 8;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENS = new Set([0x3a, 0x5b, 0x7b]);

/** Of good JSON as UTF-8. */
export function weigh(json: Uint8Array): number {
  let parts = 0;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at]!;
    if (byte === QUOTE) at = endOfString(json, at);
    else if (byte >= 0x3a && OPENS.has(byte)) parts++;
  }
  return json.length + PART * parts;
}

/** Index of the quote that ends the string which begins at `start`. */
function endOfString(json: Uint8Array, start: number): number {
  for (let end = json.indexOf(QUOTE, start + 1); end >= 0; end = json.indexOf(QUOTE, end + 1)) {
    let backslashes = 0;
    while (json[end - 1 - backslashes] === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return end;
  }
  return json.length;
}
