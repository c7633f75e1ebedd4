import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { analyseImage } from '../../../src/oci/layers/analyse-image.ts';
import { archiveSource } from '../../../src/oci/layers/image-source.ts';
import { imageConfig, sha, tar } from '../archives.ts';
import { type RawEntry, rawTar } from '../raw-tar.ts';

const root = mkdtempSync(join(tmpdir(), 'kctl-dive-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const text = (size: number) => 'x'.repeat(size);
const folder = (name: string): RawEntry => ({ name, type: '5' });

/**
 * What `dive --source docker-archive --json` of dive 0.13 says of the same archives: efficiencyScore, inefficientBytes
 * and fileReference. Where a whiteout hides what was never there it stops reading and its score falls below 0; that is
 * not followed.
 */
const shapes: readonly [
  what: string,
  layers: RawEntry[][],
  dive: { score: number; wasted: number; files: [count: number, bytes: number, path: string][] },
][] = [
  [
    'a folder that is removed, and there again',
    [
      [
        folder('d/'),
        { name: 'd/a', content: text(1000) },
        { name: 'd/b', content: text(300) },
        { name: 'k', content: text(50) },
      ],
      [{ name: '.wh.d' }],
      [folder('d/'), { name: 'd/a', content: text(400) }],
    ],
    { score: 0.6721311475409836, wasted: 1400, files: [[2, 1400, 'd/a']] },
  ],
  [
    'hard links and links that become files, and a file that becomes a link',
    [
      [
        { name: 'a', content: text(900) },
        { name: 'b', type: '1', link: 'a' },
        { name: 'c', type: '2', link: 'a' },
      ],
      [
        { name: 'b', content: text(200) },
        { name: 'c', content: text(100) },
      ],
      [{ name: 'a', type: '2', link: 'b' }],
    ],
    {
      score: 0,
      wasted: 1200,
      files: [
        [2, 900, 'a'],
        [2, 200, 'b'],
        [2, 100, 'c'],
      ],
    },
  ],
  [
    'a file in place of a folder, and back',
    [
      [folder('x/'), { name: 'x/y', content: text(700) }],
      [{ name: 'x', content: text(60) }],
      [folder('x/'), { name: 'x/y', content: text(80) }],
    ],
    { score: 0.16666666666666666, wasted: 780, files: [[2, 780, 'x/y']] },
  ],
  ['one layer', [[{ name: 'a', content: text(10) }]], { score: 1, wasted: 0, files: [] }],
  [
    'an empty file that is written again',
    [[{ name: 'e' }, { name: 'f', content: text(5) }], [{ name: 'e' }], [{ name: 'e', content: text(7) }]],
    { score: 0.4166666666666667, wasted: 7, files: [[3, 7, 'e']] },
  ],
];

test.each(shapes)('%s', async (_what, layers, { score, wasted, files }) => {
  const specs = layers.map((entries) => {
    const data = rawTar(entries);
    return { data, diffId: sha(data) };
  });
  const names = specs.map((_, index) => `${index}.tar`);
  const path = join(root, 'image.tar');
  writeFileSync(
    path,
    await tar({
      ...Object.fromEntries(names.map((name, index) => [name, specs[index]!.data])),
      'c.json': imageConfig(specs),
      'manifest.json': JSON.stringify([{ Config: 'c.json', RepoTags: ['odd:1'], Layers: names }]),
    }),
  );
  const { efficiency } = await analyseImage(await archiveSource(path));
  expect([efficiency.score, efficiency.wastedBytes]).toEqual([score, wasted]);
  expect(efficiency.files.map(({ count, bytes, path: file }) => [count, bytes, file])).toEqual(files);
});
