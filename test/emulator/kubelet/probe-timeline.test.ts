import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Failing,
  type Flip,
  failuresBetween,
  flipsOf,
  nextFailure,
  type Thresholds,
  type Ticks,
} from '../../../src/emulator/kubelet/probes/timeline.ts';

const END = 2000;

const fails = (failing: readonly Failing[], at: number): boolean =>
  failing.some(({ from, to }) => at >= from && at < to);

/** What a kubelet comes to that asks again and again. */
function asked(
  { first, every }: Ticks,
  failing: readonly Failing[],
  { failure, success }: Thresholds,
  before?: boolean,
) {
  const flips: Flip[] = [];
  let verdict = before;
  let last: boolean | undefined;
  let run = 0;
  for (let at = first; at < END; at += every) {
    const ok = !fails(failing, at);
    run = ok === last ? run + 1 : 1;
    last = ok;
    if (run < (ok ? success : failure) || ok === verdict) continue;
    verdict = ok;
    flips.push({ at, ok });
  }
  return flips;
}

const ticks = fc.record({ first: fc.integer({ min: 0, max: 50 }), every: fc.integer({ min: 1, max: 40 }) });
/** Spans in order; gaps and spans are long enough to hold probes, or not. */
const spans = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 200 })), { maxLength: 4 })
  .map((pairs) => {
    let at = 0;
    return pairs.map(([gap, length]): Failing => {
      const from = at + gap;
      at = from + length;
      return { from, to: at };
    });
  });
const holdsProbes = ({ every }: Ticks, failing: readonly Failing[]): boolean =>
  failing.every(({ from, to }, index) => to - from >= every && from - (failing[index - 1]?.to ?? 0) >= every);

test('verdicts known beforehand are those of asking again and again', () => {
  const thresholds = fc.record({ failure: fc.integer({ min: 1, max: 4 }), success: fc.integer({ min: 1, max: 3 }) });
  fc.assert(
    fc.property(ticks, spans, thresholds, fc.constantFrom(true, false, undefined), (when, failing, limits, before) => {
      fc.pre(holdsProbes(when, failing));
      const known = flipsOf(when, failing, limits, before).filter(({ at }) => at < END);
      expect(known).toEqual(asked(when, failing, limits, before));
    }),
    { seed: 7, numRuns: 1000 },
  );
});

test('failures are counted, and the next one is known', () => {
  const moments = fc.tuple(fc.integer({ min: 0, max: 900 }), fc.integer({ min: 0, max: 900 }));
  fc.assert(
    fc.property(ticks, spans, moments, (when, failing, [a, b]) => {
      const [after, until] = [Math.min(a, b), Math.max(a, b)];
      const all: number[] = [];
      for (let at = when.first; at < END; at += when.every) if (fails(failing, at)) all.push(at);
      expect(failuresBetween(when, failing, after, until)).toBe(all.filter((at) => at > after && at <= until).length);
      expect(nextFailure(when, failing, after)).toBe(all.find((at) => at > after) ?? Number.POSITIVE_INFINITY);
    }),
    { seed: 7, numRuns: 1000 },
  );
});
