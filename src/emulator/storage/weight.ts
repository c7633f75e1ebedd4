import { getHeapStatistics } from 'node:v8';
import type { KubeObject } from '../../api/meta.ts';
import { plainError } from '../errors.ts';
import { textOf } from './encoded.ts';

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
  return weights.get(object) ?? keepWeight(object, weigh(textOf(object)));
}

/** From now on `object` weighs that much; for what is known without encoding it. */
export function keepWeight(object: KubeObject, weight: number): number {
  weights.set(object, weight);
  return weight;
}

const PART = 8;
const QUOTE = 0x22;
const COLON = 0x3a;
const BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const BRACE = 0x7b;

/** Of good JSON. */
export function weigh(json: string): number {
  let weight = json.length;
  let isInText = false;
  for (let at = 0; at < json.length; at++) {
    const unit = json.charCodeAt(at);
    if (unit === QUOTE) isInText = !isInText;
    else if (unit === BACKSLASH) at++;
    else if (unit >= 0x80) weight += moreBytes(unit);
    else if (!isInText && (unit === COLON || unit === BRACKET || unit === BRACE)) weight += PART;
  }
  return weight;
}

/** In UTF-8, beyond one for each unit of UTF-16; the two halves of a pair take four bytes together. */
function moreBytes(unit: number): number {
  if (unit < 0x800) return 1;
  return unit >= 0xd800 && unit < 0xe000 ? 1 : 2;
}
