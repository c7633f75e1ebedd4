import { type CelType, formatType } from './types.ts';

/** What type parameters stand for so far; names are unique to each use of an overload. */
export type Substitutions = Map<string, CelType>;

const isOpen = ({ kind }: CelType): boolean => kind === 'dyn' || kind === 'any';
const isLoose = (type: CelType): boolean => isOpen(type) || type.kind === 'error';

/** The types a type is made of. */
function parametersOf(type: CelType): readonly CelType[] {
  if (type.kind === 'list') return [type.items];
  if (type.kind === 'map') return [type.keys, type.values];
  if (type.kind === 'opaque') return type.parameters;
  return type.kind === 'type' && type.of ? [type.of] : [];
}

/** The same type of other parts. */
function rebuild(type: CelType, parts: readonly CelType[]): CelType {
  if (type.kind === 'list') return { ...type, items: parts[0]! };
  if (type.kind === 'map') return { kind: 'map', keys: parts[0]!, values: parts[1]! };
  if (type.kind === 'opaque') return { ...type, parameters: parts };
  return type.kind === 'type' && type.of ? { kind: 'type', of: parts[0]! } : type;
}

/** `type` with what its parameters stand for; unknown ones are dyn when `freeIsDyn`. */
export function substitute(known: Substitutions, type: CelType, freeIsDyn = false): CelType {
  if (type.kind === 'parameter') {
    const found = known.get(type.name);
    if (found) return substitute(known, found, freeIsDyn);
    return freeIsDyn ? { kind: 'dyn' } : type;
  }
  const parts = parametersOf(type);
  return parts.length
    ? rebuild(
        type,
        parts.map((part) => substitute(known, part, freeIsDyn)),
      )
    : type;
}

/** Renames the parameters of an overload, so that each use has its own. */
export function freshen(type: CelType, names: Map<string, string>, fresh: () => string): CelType {
  if (type.kind === 'parameter') {
    if (!names.has(type.name)) names.set(type.name, fresh());
    return { kind: 'parameter', name: names.get(type.name)! };
  }
  const parts = parametersOf(type);
  return parts.length
    ? rebuild(
        type,
        parts.map((part) => freshen(part, names, fresh)),
      )
    : type;
}

export const sameType = (a: CelType, b: CelType): boolean =>
  a === b || (a.kind === b.kind && formatType(a) === formatType(b));

/**
 * Whether a value of type `from` goes where `to` is expected; learns in `known` what parameters stand
 * for (also when the answer is no, so pass a copy).
 */
export function assignable(known: Substitutions, from: CelType, to: CelType): boolean {
  if (to.kind === 'parameter') {
    const has = known.has(to.name);
    if (fitsParameter(known, from, to)) return true;
    if (has) return false;
  }
  if (from.kind === 'parameter') return fitsParameter(known, to, from);
  if (isLoose(from) || isLoose(to)) return true;
  if (from.kind === 'null') return isNullable(to);
  if (to.kind === 'null') return isNullable(from);
  if (from.kind !== to.kind) return false;
  if (from.kind === 'type') return true;
  if (from.kind === 'object') return from.name === (to as typeof from).name;
  if (from.kind === 'opaque' && from.name !== (to as typeof from).name) return false;
  return assignableAll(known, parametersOf(from), parametersOf(to));
}

export const assignableAll = (known: Substitutions, from: readonly CelType[], to: readonly CelType[]): boolean =>
  from.length === to.length && from.every((one, at) => assignable(known, one, to[at]!));

const isNullable = ({ kind }: CelType): boolean => ['null', 'object', 'opaque', 'duration', 'timestamp'].includes(kind);

function fitsParameter(known: Substitutions, type: CelType, parameter: CelType & { kind: 'parameter' }): boolean {
  if (sameType(type, parameter)) return true;
  const stands = known.get(parameter.name);
  if (!stands) {
    if (isWithin(known, parameter.name, type)) return false;
    known.set(parameter.name, type);
    return true;
  }
  if (sameType(type, stands)) return true;
  if (!assignable(known, type, stands)) return false;
  const general = mostGeneral(type, stands);
  if (!isWithin(known, parameter.name, general)) known.set(parameter.name, general);
  return true;
}

function isWithin(known: Substitutions, name: string, type: CelType): boolean {
  if (type.kind !== 'parameter') return parametersOf(type).some((part) => isWithin(known, name, part));
  if (type.name === name) return true;
  const stands = known.get(type.name);
  return stands !== undefined && isWithin(known, name, stands);
}

export const mostGeneral = (a: CelType, b: CelType): CelType => (isAtLeastAsGeneral(a, b) ? a : b);

function isAtLeastAsGeneral(a: CelType, b: CelType): boolean {
  if (isOpen(a) || a.kind === 'parameter') return true;
  if (isOpen(b) || b.kind === 'parameter' || a.kind !== b.kind) return false;
  if (a.kind === 'type') return true;
  const [left, right] = [parametersOf(a), parametersOf(b)];
  if (left.length === 0) return sameType(a, b);
  if (a.kind === 'opaque' && a.name !== (b as typeof a).name) return false;
  return left.length === right.length && left.every((part, at) => isAtLeastAsGeneral(part, right[at]!));
}
