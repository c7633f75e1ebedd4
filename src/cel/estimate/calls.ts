import { type CelType, formatType } from '../types.ts';
import { listCall } from './list-calls.ts';
import type { CallEstimate, CallNodes, CostNode } from './node.ts';
import { exactly, plus, type Range, scaled, times } from './ranges.ts';

/** Costs of calls that libraries say themselves (k8s.io/apiserver, pkg/cel/library/cost.go; cel-go, ext/). */

type Estimate = (call: CallNodes) => CallEstimate | undefined;

const PER_CHARACTER = 0.1;
const PER_PATTERN_CHARACTER = 0.25;
/** Longest of the patterns behind named formats. */
const FORMAT_PATTERN = 128;
const ONE: Range = exactly(1);

const fixed =
  (cost: number): Estimate =>
  () => ({ cost: exactly(cost) });
const nominal = fixed(1);

/** A walk over the first argument. */
const overFirst =
  (factor = 1): Estimate =>
  ({ args, sizeOf }) =>
    args[0] && { cost: scaled(sizeOf(args[0]), factor * PER_CHARACTER) };

const overReceiver: Estimate = ({ target, sizeOf }) => {
  if (!target) return undefined;
  const size = sizeOf(target);
  return { cost: scaled(size, PER_CHARACTER), size };
};

const parsed: Estimate = ({ args, sizeOf }) => {
  if (args.length !== 1) return undefined;
  const size = sizeOf(args[0]!);
  return { cost: scaled(size, PER_CHARACTER), size };
};

const selector: Estimate = ({ args, sizeOf }) => {
  if (args.length !== 1) return undefined;
  const size = sizeOf(args[0]!);
  const requirements = scaled(scaled(size, 0.5), 50);
  return { cost: plus(plus(exactly(10), scaled(size, PER_CHARACTER)), requirements) };
};

/** The items of a list, where there is a type for them. */
function itemsOf({ type, path }: CostNode): CostNode | undefined {
  const item = firstParameter(type);
  return item && { type: item, ...(path ? { path: [...path, '@items'] } : {}) };
}

function firstParameter(type: CelType): CelType | undefined {
  if (type.kind === 'list') return type.items;
  if (type.kind === 'map') return type.keys;
  return type.kind === 'opaque' ? type.parameters[0] : undefined;
}

const compared: Estimate = ({ target, sizeOf }) => {
  if (!target) return undefined;
  const item = itemsOf(target);
  if (!item) return { cost: scaled(sizeOf(target), PER_CHARACTER) };
  const isText = item.type.kind === 'string' || item.type.kind === 'bytes';
  const each = isText ? plus(ONE, scaled(sizeOf(item), PER_CHARACTER)) : ONE;
  return { cost: times(sizeOf(target), each) };
};

const replaced: Estimate = ({ target, args, sizeOf }) => {
  if (!target || args.length < 2) return undefined;
  const text = sizeOf(target);
  const [from, to] = [sizeOf(args[0]!), sizeOf(args[1]!)];
  const count = { min: 0, max: 0 };
  const kept = { min: 0, max: 0 };
  // What is empty stands before and after every character.
  if (from.min === 0) [count.max, kept.max] = [text.max + 1, text.max];
  else if (to.max <= from.min) kept.max = text.max;
  else count.max = Math.ceil(text.max / from.min);
  if (from.max === 0) [count.min, kept.min] = [text.min + 1, text.min];
  else if (from.max <= to.min) kept.min = text.min;
  else count.min = Math.ceil(text.min / from.max);
  return { cost: scaled(text, 2 * PER_CHARACTER), size: plus(times(count, to), kept) };
};

const split: Estimate = ({ target, args, sizeOf }) => {
  if (!target) return undefined;
  const text = sizeOf(target);
  const limit = args[1]?.expr;
  const isLimited = limit?.kind === 'literal' && typeof limit.value === 'bigint';
  const max = isLimited ? Number(BigInt.asUintN(64, limit.value as bigint)) : text.max;
  return { cost: scaled(text, 2 * PER_CHARACTER), size: { min: 0, max } };
};

const joined: Estimate = ({ target, args, sizeOf }) => {
  if (!target) return undefined;
  const list = sizeOf(target);
  const item = itemsOf(target);
  let size = item ? times(list, sizeOf(item)) : exactly(0);
  if (args[0]) {
    const between = { min: Math.max(0, list.min - 1), max: Math.max(0, list.max - 1) };
    size = plus(size, times(sizeOf(args[0]), between));
  }
  return { cost: scaled(size, PER_CHARACTER), size };
};

export const patternOver = (text: Range, pattern: Range): Range =>
  times(scaled(plus(text, ONE), PER_CHARACTER), scaled(pattern, PER_PATTERN_CHARACTER));

const found: Estimate = ({ target, args, sizeOf }) => {
  if (!target || !args[0]) return undefined;
  const text = sizeOf(target);
  return { cost: patternOver(text, sizeOf(args[0])), size: { min: 0, max: text.max } };
};

/** Two addresses of 4 or 16 bytes; a text is read first. */
const within =
  (more: Range, textCost: (call: CallNodes) => Range): Estimate =>
  (call) =>
    call.args[0] && { cost: plus(plus(scaled({ min: 8, max: 32 }, PER_CHARACTER), more), textCost(call)) };

const textArgument = ({ args, declared, sizeOf }: CallNodes): Range =>
  declared[1]?.kind === 'string' ? scaled(sizeOf(args[0]!), PER_CHARACTER) : exactly(0);

const address: Estimate = (call) => (call.target ? nominal(call) : overFirst()(call));

const validated: Estimate = ({ args, sizeOf }) =>
  args[0] && { cost: scaled(scaled(sizeOf(args[0]), PER_CHARACTER), FORMAT_PATTERN * PER_PATTERN_CHARACTER) };

const CHEAP_TO_COMPARE = new Set(['net.IP', 'net.CIDR', 'kubernetes.Quantity', 'kubernetes.Semver', 'kubernetes.URL']);

const equal: Estimate = ({ args: [a, b] }) => {
  if (a?.type.kind !== 'opaque' || formatType(a.type) !== formatType(b!.type)) return undefined;
  const { name } = a.type;
  if (CHEAP_TO_COMPARE.has(name) || name.startsWith('kubernetes.authorization.')) return { cost: ONE };
  return name === 'kubernetes.NamedFormat' ? { cost: { min: 1, max: 7 } } : undefined;
};

const named = (names: string, estimate: Estimate): [string, Estimate][] =>
  names.split(' ').map((name) => [name, estimate]);

const estimates = new Map<string, Estimate>([
  ['check', fixed(350_000)],
  ...named('serviceAccount path group resource subresource namespace name allowed reason error errored', nominal),
  ...named('fieldSelector labelSelector', selector),
  ...named('isSorted sum max min indexOf lastIndexOf', compared),
  ...named('url jsonpatch.escapeKey', parsed),
  ...named('lowerAscii upperAscii substring trim', overReceiver),
  ['replace', replaced],
  ['split', split],
  ['join', joined],
  ...named('find findAll', found),
  ...named('cidr isIP isCIDR quantity isQuantity semver isSemver', overFirst()),
  ['ip', address],
  ['ip.isCanonical', overFirst(2)],
  ...named(
    'masked prefixLength family isUnspecified isLoopback isLinkLocalMulticast isLinkLocalUnicast isGlobalUnicast',
    nominal,
  ),
  ['containsIP', within(exactly(0), textArgument)],
  ['containsCIDR', within({ min: 2, max: 3 }, textArgument)],
  ['validate', validated],
  ['format.named', nominal],
  ...named('sign asInteger isInteger asApproximateFloat isGreaterThan isLessThan compareTo add sub', nominal),
  ...named('major minor patch getScheme getHostname getHost getPort getEscapedPath getQuery', nominal),
  ['_==_', equal],
]);

/** Undefined where no library says what a call costs. */
export const libraryCall = (call: CallNodes): CallEstimate | undefined =>
  listCall(call) ?? estimates.get(call.name)?.(call);
