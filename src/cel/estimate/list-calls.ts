import type { CallEstimate, CallNodes, CostNode } from './node.ts';
import { ENDLESS, exactly, plus, type Range, scaled, times } from './ranges.ts';

/** Costs of calls over lists and sets (cel-go 0.26, ext/lists.go and ext/sets.go). */

/** A call and a new list. */
const ALLOCATION = exactly(11);

const allocating = (factor: number, size: Range): CallEstimate => ({
  cost: plus(scaled(size, factor), ALLOCATION),
  size,
});

/** The number that stands there, or what to take in its place. */
function literal(node: CostNode | undefined, otherwise: number): number {
  const { expr } = node ?? {};
  if (expr?.kind !== 'literal' || typeof expr.value !== 'bigint') return otherwise;
  return Math.max(0, Number(expr.value));
}

const sets =
  (factor: number): Estimate =>
  ({ args: [a, b], sizeOf }) =>
    a && b && { cost: plus(scaled(times(sizeOf(a), sizeOf(b)), factor), exactly(1)) };

type Estimate = (call: CallNodes) => CallEstimate | undefined;

const sorted = (node: CostNode, { declared, sizeOf }: CallNodes): CallEstimate => {
  const size = sizeOf(node);
  const list = declared.at(-1);
  const isText = list?.kind === 'list' && (list.items.kind === 'string' || list.items.kind === 'bytes');
  return allocating(isText ? 2.1 : 2, times(size, size));
};

const estimates: Readonly<Record<string, Estimate>> = {
  slice({ target, args, sizeOf }) {
    if (!target || args.length !== 2) return undefined;
    const length = literal(args[1], sizeOf(target).max) - literal(args[0], 0);
    return allocating(1, exactly(length < 0 ? ENDLESS : length));
  },
  flatten: ({ target, args, sizeOf }) =>
    target && allocating(args.length ? literal(args[0], ENDLESS) : 1, sizeOf(target)),
  'lists.range': ({ args }) => allocating(1, exactly(literal(args[0], ENDLESS))),
  reverse: ({ target, sizeOf }) => target && allocating(1, sizeOf(target)),
  distinct({ target, sizeOf }) {
    if (!target) return undefined;
    const size = sizeOf(target);
    return allocating(2, times(size, size));
  },
  sort: (call) => call.target && sorted(call.target, call),
  '@sortByAssociatedKeys': (call) => call.args[0] && sorted(call.args[0], call),
  'sets.contains': sets(1),
  'sets.intersects': sets(1),
  'sets.equivalent': sets(2),
};

/** Undefined for other calls. */
export const listCall = (call: CallNodes): CallEstimate | undefined =>
  Object.hasOwn(estimates, call.name) ? estimates[call.name]!(call) : undefined;
