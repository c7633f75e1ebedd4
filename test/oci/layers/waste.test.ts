import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ciReport } from '../../../src/commands/image/ci-report.ts';
import { layersText } from '../../../src/commands/image/layers-text.ts';
import { analyseImage, type ImageAnalysis } from '../../../src/oci/layers/analyse-image.ts';
import { defaultRules, judgeImage } from '../../../src/oci/layers/ci-rules.ts';
import { archiveSource } from '../../../src/oci/layers/image-source.ts';
import { imageConfig, sha, tar } from '../archives.ts';
import { rawTar } from '../raw-tar.ts';
import { wastefulImage } from './wasteful-image.ts';

const root = mkdtempSync(join(tmpdir(), 'kctl-waste-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let image: ImageAnalysis;
beforeAll(async () => {
  const path = join(root, 'web.tar');
  writeFileSync(path, await wastefulImage());
  image = await analyseImage(await archiveSource(path));
});

test('efficiency and wasted files are those that dive 0.13 counts', () => {
  // From `dive --source docker-archive --json`.
  expect(image.efficiency).toMatchObject({ score: 0.6415446071904127, wastedBytes: 165_800 });
  expect(image.efficiency.userWastedShare).toBeCloseTo(1.0030248033877798, 12);
  expect(image.layers.map(({ fileBytes }) => fileBytes)).toEqual([145_200, 82_300, 81_000, 0, 2000]);
  expect(image.efficiency.files).toEqual([
    { path: 'app/data', count: 3, bytes: 102_000 },
    { path: 'app/main.js', count: 2, bytes: 60_000 },
    { path: 'etc/passwd', count: 3, bytes: 3800 },
  ]);
});

test('an opaque whiteout counts as its folder, as dive 0.13 has it', async () => {
  const text = (size: number) => 'x'.repeat(size);
  const layers = [
    [
      { name: '.hid/b/c' },
      { name: 'a/.hid', content: text(1922) },
      { name: 'c', content: text(1453) },
      { name: 'x.wh/b', content: text(1722) },
    ],
    [
      { name: '.hid/', type: '5' },
      { name: '.hid/.wh..wh..opq' },
      { name: 'a/b', content: text(1917) },
      { name: 'b/a', content: text(1431) },
      { name: 'c/c/c' },
    ],
    [{ name: 'a', content: text(1358) }, { name: 'd/d', content: text(1461) }, { name: 'c' }],
    [{ name: 'a/.wh..wh..opq' }, { name: 'd/.hid/', type: '5' }, { name: 'x.wh/d', content: text(183) }],
  ].map((entries) => {
    const data = rawTar(entries);
    return { data, diffId: sha(data) };
  });
  const names = layers.map((_, index) => `${index}.tar`);
  const path = join(root, 'opaque.tar');
  writeFileSync(
    path,
    await tar({
      ...Object.fromEntries(names.map((name, index) => [name, layers[index]!.data])),
      'c.json': imageConfig(layers),
      'manifest.json': JSON.stringify([{ Config: 'c.json', RepoTags: ['odd:1'], Layers: names }]),
    }),
  );
  const { efficiency } = await analyseImage(await archiveSource(path));
  // From `dive --source docker-archive --json`.
  expect(efficiency).toMatchObject({ score: 0.7544334760199178, wastedBytes: 2811 });
});

test('each instruction is told what it hides of others', () => {
  const pairs = image.waste.map(({ by, in: where, ...rest }) => ({ pair: `${by} of ${where}`, ...rest }));
  expect(pairs).toEqual([
    { pair: '2 of 1', bytes: 81_000, files: 2, repeated: 2, removed: 0 },
    { pair: '3 of 0', bytes: 65_000, files: 2, repeated: 0, removed: 2 },
    { pair: '3 of 2', bytes: 51_000, files: 1, repeated: 0, removed: 1 },
    { pair: '4 of 0', bytes: 9000, files: 1, repeated: 0, removed: 1 },
    { pair: '4 of 1', bytes: 1300, files: 1, repeated: 1, removed: 0 },
    { pair: '1 of 0', bytes: 1200, files: 1, repeated: 0, removed: 0 },
  ]);
  // Whatever is not seen in the end stands in exactly one of them.
  const all = image.layers.reduce((sum, { fileBytes }) => sum + fileBytes, 0);
  expect(all - image.files.sizeOf('')).toBe(pairs.reduce((sum, { bytes }) => sum + bytes, 0));
});

test('what is written again unchanged has a column, and narrow terminals have one for all counts', () => {
  const shown = { ...image, sharedBy: new Map() };
  const short = (layer: number) => image.layers[layer]!.digest.slice(7, 19);
  const rows = (columns: number | undefined) =>
    layersText(shown, { files: false, waste: false, wide: false, columns }).split('\n').slice(0, 4);
  expect(rows(undefined)).toEqual([
    'LAYER   DIGEST         SIZE     ADDED   CHANGED   REMOVED   SAME   SHARED   INSTRUCTION',
    `1       ${short(0)}   154kB    13      0         0         0      0        ADD rootfs.tar /`,
    `2       ${short(1)}   86kB     3       1         0         0      0        COPY app /app`,
    `3       ${short(2)}   84kB     0       0         0         2      0        RUN chown -R app /app`,
  ]);
  expect(rows(80)).toEqual([
    'LAYER   DIGEST         SIZE     FILES      SHARED   INSTRUCTION',
    `1       ${short(0)}   154kB    +13        0        ADD rootfs.tar /`,
    `2       ${short(1)}   86kB     +3 ~1      0        COPY app /app`,
    `3       ${short(2)}   84kB     =2         0        RUN chown -R app /app`,
  ]);
});

test('the table says it in words', () => {
  const shown = { ...image, sharedBy: new Map() };
  const lines = layersText(shown, { files: false, waste: true, wide: false, columns: undefined }).split('\n');
  expect(lines.slice(7, 11)).toEqual([
    '5 layers, 332kB; none shared with other images here',
    'efficiency 64.2 %, 166kB wasted (100.3 % of what the layers above the lowest hold)',
    '  81kB of layer 2 "COPY app /app" in 2 files that layer 3 "RUN chown -R app /app" hides: it writes 2 again unchanged',
    '  65kB of layer 1 "ADD rootfs.tar /" in 2 files that layer 4 "RUN rm -rf /var/cache/apt /app/data" hides: it removes 2',
  ]);
  expect(lines).toContain('3       102kB   /app/data');
});

describe('rules', () => {
  const verdicts = (rules: Partial<typeof defaultRules>) =>
    Object.fromEntries(
      judgeImage(image.efficiency, { ...defaultRules, ...rules }).map(({ rule, verdict }) => [rule, verdict]),
    );

  test('limits that are kept, broken and off', () => {
    expect(verdicts({})).toEqual({
      lowestEfficiency: 'fail',
      highestWastedBytes: 'skip',
      highestUserWastedPercent: 'fail',
    });
    expect(
      verdicts({ lowestEfficiency: '0.64', highestWastedBytes: '165.8kB', highestUserWastedPercent: 'disabled' }),
    ).toEqual({ lowestEfficiency: 'pass', highestWastedBytes: 'pass', highestUserWastedPercent: 'skip' });
    expect(verdicts({ highestWastedBytes: '161KiB' }).highestWastedBytes).toBe('fail');
    expect(verdicts({ highestWastedBytes: '162 KiB' }).highestWastedBytes).toBe('pass');
  });

  test.each([
    ['lowestEfficiency', '1.1'],
    ['lowestEfficiency', ''],
    ['highestWastedBytes', '20 bananas'],
    ['highestUserWastedPercent', '10%'],
  ])('%s=%s is no limit', (rule, value) => {
    expect(() => verdicts({ [rule]: value })).toThrow(new RegExp(`^${rule} must be`));
  });

  test('the report ends with the count', () => {
    const text = ciReport(image.efficiency, judgeImage(image.efficiency, defaultRules));
    expect(text).toContain(
      '  efficiency: 64.1545 %\n  wastedBytes: 165800 bytes (166kB)\n  userWastedPercent: 100.3025 %\n',
    );
    expect(text).toContain('    3         102kB  /app/data\n');
    expect(text).toMatch(/\nResult:FAIL \[Total:3\] \[Passed:0\] \[Failed:2\] \[Skipped:1\]\n$/);
  });
});
