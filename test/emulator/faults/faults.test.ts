import { describe, expect, test } from 'vitest';
import { SimulatedClock } from '../../../src/emulator/clocks.ts';
import { Faults, type FaultWorld } from '../../../src/emulator/faults/faults.ts';
import { matchesGlob } from '../../../src/emulator/faults/glob.ts';
import { readFaultSpec } from '../../../src/emulator/faults/read-spec.ts';

function world(more: Partial<FaultWorld> = {}): { clock: SimulatedClock; faults: Faults; done: string[] } {
  const clock = new SimulatedClock(0);
  const done: string[] = [];
  const faults = new Faults({
    clock,
    random: () => 0.5,
    compact: () => done.push('compact'),
    crash: () => done.push('crash'),
    partition: async (nodes, isCut) => void done.push(`${isCut ? 'cut' : 'join'} ${nodes}`),
    ...more,
  });
  return { clock, faults, done };
}

describe('the table of faults', () => {
  test('strikes a share by the chance of the cluster, and no more often than was asked', async () => {
    const chances = [0.1, 0.5, 0.19, 0.2, 0.9];
    const { faults } = world({ random: () => chances.shift()! });
    await faults.add({ kind: 'status', code: 503, share: 0.2, count: 2 });
    const struck = [];
    for (const rule of [...faults.requests!, ...faults.requests!, ...faults.requests!])
      struck.push(faults.strikes(rule));
    expect(struck).toEqual([true, false, true]);
    // It is over, costs nothing more, and nobody draws lots any more.
    expect([faults.list(), faults.requests, chances]).toEqual([[], undefined, [0.2, 0.9]]);
  });

  test('a crash strikes at once, then again and again until it is used up', async () => {
    const crashes: string[] = [];
    const { clock, faults } = world({ crash: () => Math.sign(crashes.push('crash')) });
    const target = { resource: 'pods', namespace: 'default', name: 'x' };
    const set = await faults.add({ kind: 'crash', target, everyMs: 1000, count: 3 });
    expect([set.id, set.strikes, crashes]).toEqual(['f1', 1, ['crash']]);
    clock.advanceTo(999);
    expect(crashes).toHaveLength(1);
    clock.advanceTo(10_000);
    expect([crashes.length, faults.list(), clock.nextAt()]).toEqual([3, [], undefined]);
  });

  test('one that strikes once leaves nothing behind', async () => {
    const { clock, faults, done } = world();
    await faults.add({ kind: 'gone' });
    expect([done, faults.list(), clock.nextAt()]).toEqual([['compact'], [], undefined]);
  });

  test('what cannot be struck is not set; what is gone later is waited for', async () => {
    let isThere = false;
    const crash = () => {
      if (!isThere) throw new Error('not found');
      return 1;
    };
    const { clock, faults } = world({ crash });
    const spec = {
      kind: 'crash',
      target: { resource: 'pods', namespace: 'default', name: 'x' },
      everyMs: 1000,
    } as const;
    await expect(faults.add(spec)).rejects.toThrow('not found');
    expect([faults.list(), clock.nextAt()]).toEqual([[], undefined]);
    isThere = true;
    await faults.add(spec);
    isThere = false;
    clock.advanceTo(2500);
    isThere = true;
    clock.advanceTo(3500);
    expect(faults.list()[0]!.strikes).toBe(2);
  });

  test('a partition ends with its time, but not for nodes that another one still cuts off', async () => {
    const { clock, faults, done } = world();
    await faults.add({ kind: 'partition', nodes: ['a', 'b'], forMs: 60_000 });
    await faults.add({ kind: 'partition', nodes: ['b'] });
    clock.advanceTo(60_000);
    await Promise.resolve();
    expect(done).toEqual(['cut a,b', 'cut b', 'join a']);
    await faults.clear();
    expect([done.at(-1), faults.list()]).toEqual(['join b', []]);
  });

  test('ends leave no timers', async () => {
    const { clock, faults } = world();
    await faults.add({ kind: 'reset', forMs: 5000 });
    await faults.add({ kind: 'gone', everyMs: 5000 });
    await faults.remove('f1');
    await faults.clear();
    expect(clock.nextAt()).toBe(undefined);
    await expect(faults.remove('f1')).rejects.toThrow('faults "f1" not found');
  });
});

describe('what a fault may be', () => {
  test.each([
    [{}, 'kind must be one of slow, status, reset, watch-drop, gone, pull, crash, partition'],
    [{ kind: 'slow' }, 'a fault of kind slow needs delayMs'],
    [{ kind: 'slow', delayMs: '2s' }, 'delayMs must be from 0.001 to 600 seconds'],
    [{ kind: 'status', code: 200 }, 'code must be one of 401, 403, 404, 409, 429, 500, 503, 504'],
    [{ kind: 'status', code: 500, images: ['x'] }, 'a fault of kind status has no images'],
    [{ kind: 'reset', share: 0 }, 'share must be above 0 % and up to 100 %'],
    [{ kind: 'reset', verbs: [] }, 'verbs must be a list of names'],
    [{ kind: 'reset', count: 0 }, 'count must be a whole number from 1 to 1000000'],
    [
      { kind: 'watch-drop', forMs: 1000 },
      'a fault of kind watch-drop that ends needs everyMs: else it strikes once, now',
    ],
    [
      { kind: 'pull', images: ['x'], error: 'odd' },
      'error must be one of not-found, unauthorized, rate-limited, down, timeout, slow',
    ],
    [{ kind: 'crash', target: { resource: 'pod' } }, 'target must name a resource, a namespace and an object'],
    [{ kind: 'reset', constructor: 1 }, 'a fault of kind reset has no constructor'],
  ])('refuses %o', (body, message) => {
    expect(() => readFaultSpec(body)).toThrow(message);
  });
});

describe('names with stars', () => {
  test.each([
    ['pods', 'pods', true],
    ['pods', 'pod', false],
    ['*', '', true],
    ['kube-*', 'kube-system', true],
    ['kube-*', 'my-kube-system', false],
    ['*-system', 'kube-system', true],
    ['a*b*c', 'axxbxxbc', true],
    ['a*b*c', 'axxbxx', false],
    ['w?b', 'web', true],
    ['w?b', 'wb', false],
    ['a.c', 'abc', false],
    ['nginx:1.*', 'nginx:1.27', true],
  ])('%s covers %s: %s', (pattern, text, expected) => {
    expect(matchesGlob(pattern, text)).toBe(expected);
  });

  test('takes no time, whatever it is', () => {
    const before = performance.now();
    expect(matchesGlob(`${'*a'.repeat(200)}b`, 'a'.repeat(5000))).toBe(false);
    expect(performance.now() - before).toBeLessThan(1000);
  });
});
