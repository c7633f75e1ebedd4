// `image layers` of an image of 1 GB with 100,000 files in five layers, as docker saves it; beside dive where DIVE
// names it. The archive's layers are plain tars, of text and of bytes that do not compress.
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pack } from 'tar-stream';
import { kctl } from './cluster.mjs';
import { runOnce } from './measure.mjs';

const LAYERS = 5;
const FILES = 100_000;
const BYTES = 1e9;
const RUNS = 3;

const noise = randomBytes(1 << 20);
const words = Buffer.from('The same words again and again, as sources have them.\n'.repeat(20_000)).subarray(
  0,
  1 << 20,
);

/** @returns its file and diff id */
async function layer(folder, number) {
  const file = join(folder, `layer-${number}.tar`);
  const tar = pack();
  const written = pipeline(tar, createWriteStream(file));
  const count = FILES / LAYERS;
  const size = BYTES / FILES;
  for (let index = 0; index < count; index++) {
    // A tenth of each layer is there in the layer below.
    const owner = index < count / 10 && number > 0 ? number - 1 : number;
    const from = (index * 7919) % (noise.length - size);
    const content = (index % 2 ? noise : words).subarray(from, from + size);
    const name = `srv/part-${owner}/${Math.floor(index / 200)}/file-${String(index).padStart(6, '0')}.js`;
    await new Promise((resolve, reject) =>
      tar.entry({ name }, content, (error) => (error ? reject(error) : resolve())),
    );
  }
  tar.finalize();
  await written;
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return { file, diffId: `sha256:${hash.digest('hex')}` };
}

async function archive(folder) {
  const layers = [];
  for (let number = 0; number < LAYERS; number++) layers.push(await layer(folder, number));
  const file = join(folder, 'image.tar');
  const tar = pack();
  const written = pipeline(tar, createWriteStream(file));
  const entry = (name, content) => tar.entry({ name }, content);
  for (const [number, { file: content }] of layers.entries()) {
    const { size } = statSync(content);
    await pipeline(createReadStream(content), tar.entry({ name: `l${number}/layer.tar`, size }));
  }
  const config = {
    ...{ architecture: 'amd64', os: 'linux' },
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map((_, number) => ({ created_by: `COPY part-${number} /srv` })),
  };
  entry('config.json', JSON.stringify(config));
  const names = layers.map((_, number) => `l${number}/layer.tar`);
  entry('manifest.json', JSON.stringify([{ Config: 'config.json', RepoTags: ['bench:1'], Layers: names }]));
  tar.finalize();
  await written;
  return file;
}

const best = (runs) => runs.toSorted((a, b) => a.ms - b.ms)[Math.floor(runs.length / 2)];

export async function rows() {
  const folder = mkdtempSync(join(tmpdir(), 'kctl-bench-'));
  try {
    const file = await archive(folder);
    const env = { ...process.env, HOME: folder, KCTL_HOME: join(folder, 'k') };
    const measured = (command) => best(Array.from({ length: RUNS }, () => runOnce(command, env)));
    const ours = measured([kctl, 'image', 'layers', file]);
    const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;
    const { DIVE } = process.env;
    const peer = DIVE
      ? measured([DIVE, '--source', 'docker-archive', file, '--json', join(folder, 'out.json')])
      : undefined;
    const beside = peer ? `dive in the same run: ${seconds(peer.ms)}, ${peer.peakMiB.toFixed(0)} MiB` : 'without dive';
    return [
      { what: 'layers of 1 GB with 100,000 files, s', value: ours.ms / 1000, reach: 10, detail: beside },
      { what: 'its peak memory, MiB', value: ours.peakMiB, reach: 300, detail: `CPU ${seconds(ours.cpuMs)}` },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
