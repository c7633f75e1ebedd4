import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readyEnvironment, runOnReady } from '../../../src/commands/port-forward/on-ready.ts';
import { statusLines } from '../../../src/commands/port-forward/status-table.ts';
import { openUrl } from '../../../src/lib/open-url.ts';
import { listenTcp } from '../../../src/store/forwards/local-listener.ts';
import { freeLocalPort } from '../../../src/store/forwards/local-port.ts';
import type { RunningForward } from '../../../src/store/forwards/running-forward.ts';
import { type Traffic, TrafficCounter } from '../../../src/store/forwards/traffic.ts';
import { onWake } from '../../../src/store/forwards/wake.ts';
import { ManualTiming } from '../../store/manual-timing.ts';
import { eventually } from '../../support/program.ts';

const running = (more: Partial<RunningForward>): RunningForward => ({
  ...{
    id: '1',
    name: 'web',
    set: '',
    target: 'service/web',
    namespace: 'shop',
    context: 'c',
    remote: 80,
    container: '',
    remoteName: '',
  },
  ...{ local: 8080, addresses: ['127.0.0.1'], url: 'http://localhost:8080', since: 0, phase: 'forwarding', reason: '' },
  ...{
    pod: 'web-1',
    lastError: '',
    lastErrorAt: 0,
    open: 0,
    connections: 0,
    received: 0,
    sent: 0,
    receivedRate: 0,
    sentRate: 0,
  },
  ...more,
});
const db = running({ name: 'my-db', url: '127.3.4.5:5432', local: 5432 });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kctl-parts-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a command once forwards are ready', () => {
  test('finds them in its environment', () => {
    expect(readyEnvironment([running({}), db])).toEqual({
      ...{ KCTL_URL: 'http://localhost:8080', KCTL_HOST: 'localhost', KCTL_PORT: '8080' },
      ...{ KCTL_URL_WEB: 'http://localhost:8080', KCTL_HOST_WEB: 'localhost', KCTL_PORT_WEB: '8080' },
      ...{ KCTL_URL_MY_DB: '127.3.4.5:5432', KCTL_HOST_MY_DB: '127.3.4.5', KCTL_PORT_MY_DB: '5432' },
    });
  });
  test('is heard line by line, and its end is said', async () => {
    const said: string[] = [];
    const env = { PATH: process.env.PATH };
    const node = `"${process.execPath}" -e "console.log(process.env.KCTL_PORT); process.exit(4)"`;
    runOnReady(node, [db], { env, cwd: folder }, (line, stream) => said.push(`${stream} ${line}`));
    await eventually(() => said.length === 2, 'the end of the command');
    expect(said).toEqual(['stdout 5432', 'stderr --on-ready ended with exit code 4']);
  });
});

describe.skipIf(process.platform === 'win32')('the browser', () => {
  const browser = (script: string): Record<string, string> => {
    const path = join(folder, 'browser');
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
    return { BROWSER: path, PATH: process.env.PATH ?? '' };
  };
  test('gets the URL as one word, which no shell reads', async () => {
    const seen = join(folder, 'seen');
    await openUrl('http://localhost:1/$(touch x);`id`', browser(`printf '%s' "$1" > '${seen}'`));
    expect(readFileSync(seen, 'utf8')).toBe('http://localhost:1/$(touch x);`id`');
  });
  test('that cannot open it is said', async () => {
    await expect(openUrl('http://a', browser('exit 3'))).rejects.toThrow('browser ended with 3');
    await expect(openUrl('http://a', { BROWSER: join(folder, 'none') })).rejects.toThrow(/^there is no /);
  });
});

test('the status tells of what goes wrong, and shows control characters of a cluster as text', () => {
  const lines = statusLines([
    running({ received: 2048, receivedRate: 1024, open: 1, connections: 3 }),
    running({ name: 'cache', pod: '', phase: 'waiting', reason: 'there is no pod', lastError: 'bad\u001b[2J' }),
  ]);
  expect(lines).toEqual([
    'NAME    URL                     TARGET           POD     STATE        OPEN   TOTAL   RECEIVED              SENT',
    'web     http://localhost:8080   service/web:80   web-1   forwarding   1      3       2.0 KiB (1.0 KiB/s)   0 B',
    'cache   http://localhost:8080   service/web:80   -       waiting      0      0       0 B                   0 B',
    '! cache: new connections are refused after a short wait: there is no pod',
    expect.not.stringContaining('\u001b'),
  ]);
});

test.each([
  [110, 'NAME    URL                     POD     STATE        OPEN   TOTAL   RECEIVED'],
  [79, 'NAME    PORT   POD     STATE        OPEN   RECEIVED              SENT'],
  [60, 'NAME    PORT   POD     STATE        OPEN   RECEIVED   SENT'],
  [50, 'NAME    PORT   STATE        OPEN   RECEIVED   SENT'],
])('with %i columns the state is seen, and what went wrong is whole', (width, header) => {
  const lastErrorAt = new Date(2026, 2, 1, 10, 20, 30).getTime();
  const lastError = 'an error occurred forwarding 6379 -> 6379: refused, no pod is ready: there is no pod';
  const lines = statusLines(
    [
      running({ received: 2048, receivedRate: 1024, open: 1, connections: 3 }),
      running({ name: 'cache', phase: 'waiting', lastError, lastErrorAt }),
    ],
    width,
  );
  expect(lines[0]).toContain(header);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
  const told = lines.slice(3).map((line) => line.trim());
  expect(told.join(' ')).toBe(`! cache at 10:20:30: ${lastError}`);
});

test('bytes are counted and their rate is that of the last second, which comes to rest', () => {
  const timing = new ManualTiming();
  const told: Traffic[] = [];
  const counter = new TrafficCounter(timing, (traffic) => told.push(traffic));
  for (let turn = 0; turn < 8; turn++) {
    counter.add(1000, 10);
    timing.advance(250);
  }
  expect(told).toHaveLength(8);
  expect(told.at(-1)).toEqual({ received: 8000, sent: 80, receivedRate: 4000, sentRate: 40 });
  timing.advance(5_000);
  expect(told.at(-1)).toEqual({ received: 8000, sent: 80, receivedRate: 0, sentRate: 0 });
  expect(timing.pending).toBe(0);
});

test('a jump of the clock is a sleep, a busy minute is none', () => {
  let now = 0;
  let look = () => {};
  let woken = 0;
  const timing = {
    now: () => now,
    after(_ms: number, run: () => void) {
      look = run;
      return { cancel() {} };
    },
  };
  onWake(timing, () => woken++);
  for (const late of [5_000, 9_000, 19_000]) {
    now += late;
    look();
  }
  expect(woken).toBe(0);
  now += 3_600_000;
  look();
  expect(woken).toBe(1);
});

test('the port that a forward would get is free on all its addresses', async () => {
  const taken = await listenTcp('127.0.0.1', 0, () => {});
  const port = await freeLocalPort(taken.port, ['127.0.0.1', '::1'], listenTcp);
  expect(port).not.toBe(taken.port);
  taken.close();
  expect(await freeLocalPort(taken.port, ['127.0.0.1'], listenTcp)).toBe(taken.port);
});
