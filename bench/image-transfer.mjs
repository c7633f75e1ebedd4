// `push` and `pull` of an image of 200 MB over loopback, beside skopeo in the same run: both to and from our own
// registry, and docker's where it is installed. Each run has bytes of its own that nobody has seen before.
import { spawn, spawnSync } from 'node:child_process';
import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { kctl } from './cluster.mjs';
import { compare, runOnce, which } from './measure.mjs';

const LAYERS = 4;
const BYTES = 200e6;
const RUNS = 3;

const digestOf = (content) => `sha256:${createHash('sha256').update(content).digest('hex')}`;

/** A tar of one file of bytes that do not compress, as gzip has it: what is not compressed, skopeo compresses. */
function layer(bytes) {
  const content = createCipheriv('aes-128-ctr', randomBytes(16), randomBytes(16)).update(Buffer.alloc(bytes));
  const header = Buffer.alloc(512);
  header.write('data', 0);
  header.write('0000644\0'.concat('0000000\0', '0000000\0'), 100);
  header.write(`${bytes.toString(8).padStart(11, '0')}\0${'0'.padStart(11, '0')}\0        `, 124);
  header.write('0', 156);
  header.write('ustar\x0000', 257);
  header.write(
    `${header
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
  );
  const end = Buffer.alloc(512 - (bytes % 512 || 512) + 1024);
  const tar = Buffer.concat([header, content, end]);
  return { plain: digestOf(tar), stored: gzipSync(tar, { level: 0 }) };
}

/** An OCI layout in a folder. */
function makeLayout(folder) {
  const blobs = join(folder, 'blobs', 'sha256');
  mkdirSync(blobs, { recursive: true });
  const put = (mediaType, content) => {
    const digest = digestOf(content);
    writeFileSync(join(blobs, digest.slice(7)), content);
    return { mediaType, digest, size: content.length };
  };
  const type = (name) => `application/vnd.oci.image.${name}`;
  const made = Array.from({ length: LAYERS }, () => layer(BYTES / LAYERS));
  const layers = made.map(({ stored }) => put(type('layer.v1.tar+gzip'), stored));
  const config = put(
    type('config.v1+json'),
    Buffer.from(
      JSON.stringify({
        ...{ architecture: 'amd64', os: 'linux' },
        rootfs: { type: 'layers', diff_ids: made.map(({ plain }) => plain) },
        history: layers.map(() => ({ created_by: 'COPY data /' })),
      }),
    ),
  );
  const mediaType = type('manifest.v1+json');
  const manifest = put(mediaType, Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, config, layers })));
  const named = { ...manifest, annotations: { 'org.opencontainers.image.ref.name': '1' } };
  writeFileSync(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [named] }));
  writeFileSync(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Until it answers. */
async function answers(host) {
  for (let tries = 0; tries < 200; tries++) {
    if (
      await fetch(`http://${host}/v2/`).then(
        (answer) => answer.ok,
        () => false,
      )
    )
      return;
    await sleep(50);
  }
  throw new Error(`${host} does not answer`);
}

/** @returns what starts it, and how it is called */
const registries = {
  'kctl registry': (folder, port) =>
    spawn(kctl, ['registry', 'start', '--foreground', '--port', String(port)], {
      env: { ...process.env, HOME: folder, KCTL_HOME: join(folder, 'k') },
      stdio: 'ignore',
    }),
  'docker-registry': (folder, port) => {
    const file = join(folder, 'config.yml');
    const root = join(folder, 'data');
    writeFileSync(
      file,
      `version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: ${root}}}\nhttp: {addr: 127.0.0.1:${port}}\n`,
    );
    return spawn('docker-registry', ['serve', file], { stdio: 'ignore' });
  },
};

async function against(name, skopeo) {
  const folder = mkdtempSync(join(tmpdir(), 'kctl-bench-'));
  const port = await freePort();
  const server = registries[name](folder, port);
  try {
    const host = `localhost:${port}`;
    await answers(host);
    const pushes = [];
    const pulls = [];
    // The first pair warms caches and is not counted.
    for (let run = -1; run < RUNS; run++) {
      const pair = [];
      for (const side of run % 2 ? ['ours', 'theirs'] : ['theirs', 'ours']) {
        const at = join(folder, `${side}-${run}`);
        makeLayout(join(at, 'layout'));
        // One home: who pulls has the code that an earlier run compiled, and images anew.
        const env = { ...process.env, HOME: folder, KCTL_HOME: join(at, 'k') };
        const back = { ...env, KCTL_HOME: join(at, 'k2') };
        const image = `${host}/bench/${side}:${run + 1}`;
        const copy = [skopeo, '--insecure-policy', 'copy', '-q', '--src-tls-verify=false', '--dest-tls-verify=false'];
        if (side === 'ours') spawnSync(kctl, ['image', 'load', join(at, 'layout'), '--name', image], { env });
        const [push, pull] =
          side === 'ours'
            ? [() => runOnce([kctl, 'push', image], env), () => runOnce([kctl, 'pull', image], back)]
            : [
                () => runOnce([...copy, `oci:${at}/layout:1`, `docker://${image}`], env),
                () => runOnce([...copy, `docker://${image}`, `oci:${at}/back:1`], env),
              ];
        pair.push({ side, push: push(), pull: pull() });
        rmSync(at, { recursive: true, force: true });
      }
      if (run < 0) continue;
      const of = (side) => pair.find((one) => one.side === side);
      pushes.push([of('ours').push, of('theirs').push]);
      pulls.push([of('ours').pull, of('theirs').pull]);
    }
    return Object.entries({ push: pushes, pull: pulls }).map(([verb, pairs]) => {
      const { wall, cpu, ours, theirs } = compare(pairs);
      const both = `${ours.ms.toFixed(0)} ms against ${theirs.ms.toFixed(0)} ms`;
      const detail = `${both}; CPU ratio ${cpu.toFixed(2)}; ${ours.peakMiB.toFixed(0)} MiB against ${theirs.peakMiB.toFixed(0)} MiB`;
      return { what: `${verb} 200 MB, ${name}, against skopeo`, value: wall, reach: 1.2, detail };
    });
  } finally {
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
}

export async function rows() {
  const skopeo = which('skopeo');
  if (!skopeo) return [{ what: 'push and pull of 200 MB', value: 0, reach: 0, detail: 'skipped: no skopeo here' }];
  const found = [];
  for (const name of Object.keys(registries)) {
    if (name !== 'kctl registry' && !which(name)) continue;
    found.push(...(await against(name, skopeo)));
  }
  return found;
}
