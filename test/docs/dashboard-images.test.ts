import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { snapshot } from '../../src/tui/snapshot/snapshot.ts';
import { fakeCluster, podRow } from '../tui/fake-services.ts';
import { renderTest, type TestScreen } from '../tui/render-test.ts';

const folder = join(import.meta.dirname, '../../docs/images');
let s: TestScreen | undefined;
afterEach(() => s?.close());

/** The pictures of docs/dashboard.md: what is done on a screen of which size, until what is seen. */
const pictures: readonly { file: string; size: [number, number]; keys: readonly string[]; until: RegExp }[] = [
  { file: 'dashboard-pods.svg', size: [110, 20], keys: [], until: /web-1/ },
  { file: 'dashboard-filter.svg', size: [110, 20], keys: ['/', 'w', 'e', 'b', 'enter'], until: /\[2\/5\]/ },
  { file: 'dashboard-follow.svg', size: [130, 20], keys: ['alt-f', 'd', 'e', 's', 'enter'], until: /Name: +api-0/ },
];

test.each(pictures)(
  'docs/images/$file is what the dashboard shows',
  async ({ file, size: [cols, rows], keys, until }) => {
    const cluster = fakeCluster([
      podRow('shop', 'api-0', { restarts: '2' }),
      podRow('shop', 'cart-0', { status: 'Pending', ready: '0/1', ageSeconds: 720 }),
      podRow('shop', 'mailer-0', { status: 'CrashLoopBackOff', ready: '0/1', restarts: '11' }),
      podRow('shop', 'web-0'),
      podRow('shop', 'web-1', { ageSeconds: 7200 }),
    ]);
    s = await renderTest({ cols, rows, cluster, depth: 'truecolor', kind: 'pods shop' });
    await s.press(...keys);
    await s.waitFor(until);
    await s.waitFor('v1.36.0');
    const picture = snapshot(s.dashboard, 'svg', true);
    const path = join(folder, file);
    if (process.env.UPDATE_DOCS) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(path, picture);
    }
    // UPDATE_DOCS=1 writes them anew.
    expect(existsSync(path) && readFileSync(path, 'utf8') === picture, `${file} is not what the dashboard shows`).toBe(
      true,
    );
  },
);
