import { describe, expect, test } from 'vitest';
import { backoffMs, FLUSH_MS, SchedulingQueue } from '../../../src/emulator/scheduler/queue.ts';

const order = (queue: SchedulingQueue, now: number): string[] => {
  const keys: string[] = [];
  for (let next = queue.next(now); next; next = queue.next(now)) keys.push(next.key);
  return keys;
};

describe('the queue of pods that wait for a node', () => {
  test('the important come first, then those who came first', () => {
    const queue = new SchedulingQueue();
    queue.add({ key: 'a/late', uid: '1', wish: '', priority: 0 }, 20);
    queue.add({ key: 'a/early', uid: '2', wish: '', priority: 0 }, 10);
    queue.add({ key: 'a/vip', uid: '3', wish: '', priority: 100 }, 30);
    queue.add({ key: 'a/twin', uid: '4', wish: '', priority: 0 }, 20);
    expect(order(queue, 30)).toEqual(['a/vip', 'a/early', 'a/late', 'a/twin']);
  });

  test('back-off doubles from one second to ten', () => {
    expect([0, 1, 2, 3, 4, 5, 6].map(backoffMs)).toEqual([0, 1000, 2000, 4000, 8000, 10_000, 10_000]);
  });

  test('a refused pod waits for something to happen, at most five minutes', () => {
    const queue = new SchedulingQueue();
    queue.add({ key: 'a/pod', uid: '1', wish: '', priority: 0 }, 0);
    const pod = queue.next(0)!;
    queue.refuse(pod, new Set(['NodeResourcesFit']), 0);
    expect(queue.next(FLUSH_MS - 1)).toBeUndefined();
    expect(queue.nextAt(1)).toBe(FLUSH_MS);
    expect(queue.next(FLUSH_MS)).toBe(pod);
  });

  test('who was moved lets others go first while it backs off, and is tried at once when there are none', () => {
    const queue = new SchedulingQueue();
    queue.add({ key: 'a/refused', uid: '1', wish: '', priority: 0 }, 0);
    const refused = queue.next(0)!;
    queue.refuse(refused, new Set(), 0);
    queue.move(refused, 500);
    queue.add({ key: 'a/new', uid: '2', wish: '', priority: -5 }, 500);
    expect(order(queue, 500)).toEqual(['a/new', 'a/refused']);
  });

  test('a try that failed backs off, though nobody else is there', () => {
    const queue = new SchedulingQueue();
    queue.add({ key: 'a/pod', uid: '1', wish: '', priority: 0 }, 0);
    queue.fail(queue.next(0)!, 0);
    expect(queue.next(999)).toBeUndefined();
    expect(queue.nextAt(0)).toBe(1000);
    queue.fail(queue.next(1000)!, 1000);
    expect(queue.nextAt(1000)).toBe(3000);
  });

  test('gated pods and those that are gone are not tried', () => {
    const queue = new SchedulingQueue();
    queue.add({ key: 'a/gated', uid: '1', wish: '', priority: 0 }, 0, true);
    queue.add({ key: 'a/gone', uid: '2', wish: '', priority: 0 }, 0);
    queue.remove('a/gone');
    expect(order(queue, FLUSH_MS * 2)).toEqual([]);
    queue.move(queue.get('a/gated')!, 5);
    expect(order(queue, 5)).toEqual(['a/gated']);
  });
});
