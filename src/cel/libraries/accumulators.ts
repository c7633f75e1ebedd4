import { CelEvaluationError } from '../errors.ts';
import { type CelValue, keyText, MapValue, typeNameOf } from '../values.ts';

/** A list or a map that a loop builds in place; nothing but the loop can name it meanwhile. */
export class Accumulator extends Array<CelValue> {
  /** A value to accumulate into: empty lists and maps are built in place. */
  static start(initial: CelValue): CelValue {
    if (Array.isArray(initial) && initial.length === 0) return new Accumulator();
    return initial instanceof MapValue && initial.size === 0 ? MapValue.of([]) : initial;
  }

  /** What came out, as a plain value. */
  static finish(value: CelValue): CelValue {
    return value instanceof Accumulator ? Array.from(value) : value;
  }
}

/** @throws {CelEvaluationError} when the key is there already */
export function insert(map: MapValue, key: CelValue, value: CelValue): MapValue {
  if (map.has(key)) throw new CelEvaluationError(`insert failed: key ${showInserted(key)} already exists`);
  if (keyText(key) === undefined) throw new CelEvaluationError(`unsupported key type: ${typeNameOf(key)}`);
  map.put(key, value);
  return map;
}

const showInserted = (key: CelValue): string => String(key);
