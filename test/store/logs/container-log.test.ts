import { expect, test } from 'vitest';
import { ContainerLog } from '../../../src/store/logs/container-log.ts';
import type { ContainerView } from '../../../src/store/logs/container-view.ts';
import type { LogStart } from '../../../src/store/logs/log-source.ts';
import { FakeLogs, Heard, quickTiming, view } from './fake-logs.ts';

const of = { namespace: 'n', pod: 'p', uid: 'u', container: 'main' };

function follow(logs: FakeLogs, first: ContainerView, start?: LogStart) {
  const heard = new Heard();
  let current: ContainerView | undefined = first;
  const log = new ContainerLog(of, first, {
    ...{ open: logs.open, receiver: heard, timing: quickTiming(), start },
    look: async () => current,
  });
  const become = (next: ContainerView | undefined) => {
    current = next;
    log.update(next);
  };
  return { log, heard, become };
}

const over = (instance: number) => view(instance, 'ended', { isOver: true, exitCode: 0, exitReason: 'Completed' });

test('a connection that breaks anywhere loses and doubles nothing', async () => {
  for (let cut = 0; cut < 1200; cut += 7) {
    const logs = new FakeLogs();
    const lines = [...logs.write(0, 1, 12), ...logs.write(0, 2, 5, 5), ...logs.write(0, 3, 9)];
    logs.cuts = [cut, 300 + (cut % 211), 150];
    const { log, heard } = follow(logs, over(0));
    await log.done;
    expect(heard.texts).toEqual(lines);
    expect(heard.kinds).toEqual(['begun', 'ended']);
  }
});

test('lines with the same time and text are told apart by their count', async () => {
  const logs = new FakeLogs();
  logs.files[0] = Array.from({ length: 6 }, () => '2026-01-02T03:00:01.000000000Z same');
  logs.cuts = [37 * 3];
  const { log, heard } = follow(logs, over(0));
  await log.done;
  expect(heard.texts).toEqual(Array(6).fill('same'));
});

test('what was written while nobody could read comes after', async () => {
  const logs = new FakeLogs();
  const first = logs.write(0, 1, 4);
  logs.cuts = [10_000, 10_000];
  const { log, heard, become } = follow(logs, view(0, 'running'));
  let more: string[] = [];
  logs.onEnd = () => {
    if (more.length > 0) return;
    more = logs.write(0, 1, 3);
    become(over(0));
  };
  await log.done;
  expect(heard.texts).toEqual([...first, ...more]);
  expect(logs.requests.slice(1).every(({ sinceTime }) => sinceTime === '2026-01-02T03:00:01Z')).toBe(true);
});

test('a restart: the end of the old instance by its previous log, then the new one from its beginning', async () => {
  const logs = new FakeLogs();
  const old = logs.write(0, 1, 5);
  const { log, heard, become } = follow(logs, view(0, 'running'));
  let fresh: string[] = [];
  let last: string[] = [];
  logs.onEnd = () => {
    if (fresh.length > 0) return;
    last = logs.write(0, 2, 2);
    fresh = logs.write(1, 4, 5);
    become(over(1));
  };
  await log.done;
  expect(heard.texts).toEqual([...old, ...last, ...fresh]);
  expect(heard.kinds).toEqual(['begun', 'restarted', 'ended']);
});

test('a restart before the first request: both logs come whole', async () => {
  const logs = new FakeLogs();
  const old = logs.write(0, 1, 5);
  const fresh = logs.write(1, 2, 5);
  const { log, heard, become } = follow(logs, view(0, 'running'));
  logs.onEnd = () => become(over(1));
  await log.done;
  expect(heard.texts.toSorted()).toEqual([...old, ...fresh].toSorted());
  expect(heard.gaps()).toEqual([]);
});

test('between two instances the count is not believed', async () => {
  const logs = new FakeLogs();
  const old = logs.write(0, 1, 3);
  const { log, heard, become } = follow(logs, view(0, 'running'));
  let steps = 0;
  let fresh: string[] = [];
  logs.onEnd = () => {
    steps++;
    if (steps === 1) become(view(1, 'ended', { isBetween: true, reason: 'ContainerCreating' }));
    else if (steps === 2) {
      fresh = logs.write(1, 5, 3);
      setImmediate(() => become(over(1)));
    }
  };
  await log.done;
  expect(heard.texts).toEqual([...old, ...fresh]);
  expect(heard.kinds).toEqual(['begun', 'restarted', 'ended']);
});

test('several restarts at once: what can be read is, and the rest is said to be missing', async () => {
  const logs = new FakeLogs();
  const first = logs.write(0, 1, 3);
  const { log, heard, become } = follow(logs, view(0, 'running'));
  let [before, last]: string[][] = [[], []];
  logs.onEnd = () => {
    if (last!.length > 0) return;
    logs.write(1, 2, 3);
    before = logs.write(2, 3, 3);
    last = logs.write(3, 4, 3);
    become(over(3));
  };
  await log.done;
  expect(heard.texts).toEqual([...first, ...before!, ...last!]);
  expect(heard.gaps()).toMatchObject([{ from: '2026-01-02T03:00:01.000000000Z', to: '' }]);
});

test('a previous log that is gone is a gap', async () => {
  const logs = new FakeLogs();
  const first = logs.write(0, 1, 3);
  const { log, heard, become } = follow(logs, view(0, 'running'));
  logs.onEnd = () => {
    if (logs.files.length > 1) return;
    logs.files[0] = undefined;
    logs.write(1, 3, 2);
    become(over(1));
  };
  await log.done;
  expect(heard.texts.slice(0, 3)).toEqual(first);
  expect(heard.texts).toHaveLength(5);
  expect(heard.gaps()).toHaveLength(1);
});

test('a log whose old lines were rotated away while the connection was broken: newer ones come, the gap is said', async () => {
  const logs = new FakeLogs();
  const first = logs.write(0, 1, 6, 1);
  logs.cuts = [38 * 4];
  logs.onOpen = (count) => {
    if (count < 2) return;
    logs.files[0] = [];
    logs.write(0, 9, 2);
  };
  const { log, heard } = follow(logs, over(0));
  await log.done;
  expect(heard.texts).toEqual([...first.slice(0, 4), '0.9.0', '0.9.1']);
  expect(heard.gaps()).toMatchObject([
    { from: '2026-01-02T03:00:01.120000000Z', to: '2026-01-02T03:00:09.000000000Z' },
  ]);
});

test('only the last lines are asked for at first, and never again', async () => {
  const logs = new FakeLogs();
  const lines = logs.write(0, 1, 9);
  logs.cuts = [60];
  const { log, heard } = follow(logs, over(0), { tailLines: 4 });
  await log.done;
  expect(heard.texts).toEqual(lines.slice(-4));
  expect(heard.gaps()).toEqual([]);
  expect(logs.requests.map(({ tailLines }) => tailLines)).toEqual([4, undefined]);
});

test('a connection that broke before the first of the last lines is a possible gap', async () => {
  const logs = new FakeLogs();
  logs.write(0, 1, 9);
  logs.cuts = [0];
  const { log, heard } = follow(logs, over(0), { tailLines: 0 });
  await log.done;
  expect(heard.gaps()).toHaveLength(1);
});

test('a pod that goes away while the connection is broken may have said more; one that ended well has not', async () => {
  const logs = new FakeLogs();
  logs.write(0, 1, 3);
  logs.cuts = [50];
  const broken = follow(logs, view(0, 'running', { isLeaving: true }));
  await new Promise(setImmediate);
  broken.become(undefined);
  await broken.log.done;
  expect(broken.heard.kinds).toEqual(['begun', 'gap', 'gone']);

  const whole = new FakeLogs();
  whole.write(0, 1, 3);
  const calm = follow(whole, view(0, 'running', { isLeaving: true }));
  whole.onEnd = () => calm.become(undefined);
  await calm.log.done;
  expect(calm.heard.kinds).toEqual(['begun', 'gone']);
});
