import { imageConfig, type LayerSpec, sha, type TarFiles, tar } from '../archives.ts';

const text = (letter: string, size: number): Buffer => Buffer.alloc(size, letter);

/** Five layers that waste in every way there is: written again, changed, removed as file and as folder, hidden by an opaque folder. */
const layers: readonly [instruction: string, files: TarFiles, links?: Record<string, string>][] = [
  [
    'ADD rootfs.tar /',
    {
      'bin/': null,
      'bin/sh': text('s', 70_000),
      'etc/': null,
      'etc/passwd': text('p', 1200),
      'var/': null,
      'var/cache/': null,
      'var/cache/apt/': null,
      'var/cache/apt/a.deb': text('a', 40_000),
      'var/cache/apt/b.deb': text('b', 25_000),
      'empty/': null,
      'lib/old/': null,
      'lib/old/one': text('1', 9000),
    },
    { 'bin/ash': 'bin/sh' },
  ],
  [
    'COPY app /app',
    { 'app/': null, 'app/main.js': text('m', 30_000), 'app/data': text('d', 51_000), 'etc/passwd': text('q', 1300) },
  ],
  ['RUN chown -R app /app', { 'app/': null, 'app/main.js': text('m', 30_000), 'app/data': text('d', 51_000) }],
  ['RUN rm -rf /var/cache/apt /app/data', { 'var/cache/.wh.apt': '', 'app/.wh.data': '' }],
  [
    'RUN make',
    { 'lib/old/': null, 'lib/old/.wh..wh..opq': '', 'lib/old/two': text('2', 700), 'etc/passwd': text('q', 1300) },
  ],
];

/** As `docker save` before 25 writes it. */
export async function wastefulImage(): Promise<Buffer> {
  const specs: LayerSpec[] = [];
  for (const [, files, links] of layers) {
    const data = await tar(files, links);
    specs.push({ data, diffId: sha(data) });
  }
  const config = imageConfig(
    specs,
    layers.map(([created_by]) => ({ created_by })),
  );
  const names = specs.map((_, index) => `l${index}/layer.tar`);
  return tar({
    ...Object.fromEntries(names.map((name, index) => [name, specs[index]!.data])),
    'config.json': config,
    'manifest.json': JSON.stringify([{ Config: 'config.json', RepoTags: ['shop/web:1'], Layers: names }]),
  });
}
