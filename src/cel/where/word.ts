import type { KubeObject } from '../../api/meta.ts';
import { type CelType, DOUBLE, DURATION, TIMESTAMP } from '../types.ts';
import type { WhereUnit } from './units.ts';

/** A type of objects, as conditions need it. */
export interface WhereType {
  /** '' for the core group. */
  group: string;
  version: string;
  kind: string;
  /** For messages: `pods`. */
  plural: string;
}

/**
 * A handy word of conditions: what people read in a table, and would have to look for in several fields.
 * What it is worth is JSON of its type (for a unit: an age in milliseconds, a time in milliseconds since 1970,
 * cores, bytes); null or undefined where the object does not have it.
 */
export interface WhereWord {
  name: string;
  /** One line for help. */
  about: string;
  type: CelType;
  unit?: WhereUnit;
  /** `Pod`, `Deployment.apps`; undefined for all types. */
  kinds?: readonly string[];
  value(object: KubeObject, now: number): unknown;
}

const unitTypes: Readonly<Record<WhereUnit, CelType>> = {
  age: DURATION,
  time: TIMESTAMP,
  cores: DOUBLE,
  bytes: DOUBLE,
};

/** The words of some kinds, from a short table: `[name, type or unit, about, value]`. */
export function wordsOf(
  kinds: readonly string[] | undefined,
  rows: readonly (readonly [string, CelType | WhereUnit, string, WhereWord['value']])[],
): readonly WhereWord[] {
  return rows.map(([name, type, about, value]) => ({
    name,
    about,
    ...(typeof type === 'string' ? { type: unitTypes[type], unit: type } : { type }),
    ...(kinds && { kinds }),
    value,
  }));
}
