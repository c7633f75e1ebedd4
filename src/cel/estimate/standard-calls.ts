import { patternOver } from './calls.ts';
import type { CallEstimate, CallNodes } from './node.ts';
import { exactly, plus, scaled, times } from './ranges.ts';

/** Costs of calls that belong to the language (cel-go 0.26, checker/cost.go). */

const PER_CHARACTER = 0.1;

type Estimate = (call: CallNodes) => CallEstimate | undefined;

const shorter: Estimate = ({ args: [a, b], sizeOf }) => {
  const max = Math.min(sizeOf(a!).max, sizeOf(b!).max);
  return { cost: scaled({ min: max > 0 ? 1 : 0, max }, PER_CHARACTER) };
};

const ordered: Estimate = (call) =>
  ['string', 'bytes'].includes(call.declared[0]?.kind ?? '') ? shorter(call) : undefined;

const prefix: Estimate = ({ args, target, sizeOf }) =>
  target && args[0] && { cost: scaled(sizeOf(args[0]), PER_CHARACTER) };

const estimates: Readonly<Record<string, Estimate>> = {
  format: ({ target, sizeOf }) => target && { cost: scaled(sizeOf(target), PER_CHARACTER) },
  bytes({ args, declared, sizeOf }) {
    if (declared[0]?.kind !== 'string') return undefined;
    const { min, max } = sizeOf(args[0]!);
    return { cost: scaled({ min, max }, PER_CHARACTER), size: { min, max: max * 4 } };
  },
  string({ args, declared, sizeOf }) {
    if (declared[0]?.kind !== 'bytes') return undefined;
    const { min, max } = sizeOf(args[0]!);
    return { cost: scaled({ min, max }, PER_CHARACTER), size: { min: Math.floor(min / 4), max } };
  },
  'strings.quote'({ args, sizeOf }) {
    const size = sizeOf(args[0]!);
    return { cost: scaled(size, PER_CHARACTER), size: { min: size.min + 2, max: size.max * 2 + 2 } };
  },
  startsWith: prefix,
  endsWith: prefix,
  '@in': ({ args, declared, sizeOf }) => (declared[1]?.kind === 'list' ? { cost: sizeOf(args[1]!) } : undefined),
  matches: ({ target, args, sizeOf }) => target && { cost: patternOver(sizeOf(target), sizeOf(args[0]!)) },
  contains: ({ target, args, sizeOf }) =>
    target && {
      cost: times(scaled(sizeOf(target), PER_CHARACTER), scaled(sizeOf(args[0]!), PER_CHARACTER)),
    },
  '_+_'({ args, declared, sizeOf }) {
    const kind = declared[0]?.kind ?? '';
    if (!['string', 'bytes', 'list'].includes(kind)) return undefined;
    const size = plus(sizeOf(args[0]!), sizeOf(args[1]!));
    return { cost: kind === 'list' ? exactly(1) : scaled(size, PER_CHARACTER), size };
  },
  '_<_': ordered,
  '_<=_': ordered,
  '_>_': ordered,
  '_>=_': ordered,
  '_==_': shorter,
  '_!=_': shorter,
};

/** 1 where nothing else is known of a call. */
export const standardCall = (call: CallNodes): CallEstimate =>
  (Object.hasOwn(estimates, call.name) ? estimates[call.name]!(call) : undefined) ?? { cost: exactly(1) };
