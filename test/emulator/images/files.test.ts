import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ImageFiles } from '../../../src/emulator/images/image-files.ts';
import { storedFacts } from '../../../src/oci/store/stored-facts.ts';
import { makeImage } from '../../oci/store/images.ts';
import { createWorld, pod, type World } from '../controllers/world.ts';
import { HOST, type OwnRegistry, ownRegistry } from './own-registry.ts';

const NAME = `${HOST}/shop/site`;
const LONG = 'all work and no play\n'.repeat(10_000);
let registry: OwnRegistry;
let world: World;
beforeEach(async () => {
  registry = ownRegistry();
  world = await createWorld({ nodes: 1, registry });
  const layers = [
    {
      'etc/passwd': 'root:x:0:0::/root:/bin/sh\napp:x:1234:77::/srv:/bin/sh\n',
      'srv/index.html': 'old\n',
      'srv/gone': 'x',
      'usr/share/nginx/html/index.html': 'from the layer\n',
      long: LONG,
    },
    { 'srv/index.html': 'new\n', 'srv/.wh.gone': '', 'bin/server': '\x7fELF\0\x01\x02' },
  ];
  await registry.push(await makeImage(layers, { config: { User: 'app', WorkingDir: '/srv' } }), 'shop/site', '1');
});
afterEach(async () => {
  await world.plane.stop();
  registry.close();
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith(`.layer-${process.pid}-`))).toEqual([]);
});

async function run(name: string, spec: Record<string, unknown>): Promise<(script: string) => Promise<string>> {
  await world.client.create('pods', pod(name, spec));
  await world.run(20);
  return async (script) => {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const said = Promise.all([text(stdout), text(stderr)]);
    const options = { command: ['sh', '-c', script], stdout: true, stderr: true };
    await world.plane.nodeApi.exec('default', name, options, { stdout, stderr }, new AbortController().signal);
    stdout.end();
    stderr.end();
    return (await said).join('');
  };
}
const app = { containers: [{ name: 'app', image: `${NAME}:1`, command: ['server'] }] };
const mounting = (subPath?: string) => ({
  containers: [
    {
      name: 'app',
      image: 'busybox:1.37',
      command: ['sh', '-c', 'cat /data/index.html /data/srv/index.html; sleep 1d'],
      volumeMounts: [{ name: 'data', mountPath: '/data', ...(subPath ? { subPath } : {}) }],
    },
  ],
  volumes: [{ name: 'data', image: { reference: `${NAME}:1` } }],
});

test('a container sees the files of its image as its layers make them, and writes beside them', async () => {
  const sh = await run('a', app);
  expect(await sh('pwd; id -un; id -u; id -g; ls; cat index.html')).toBe('/srv\napp\n1234\n77\nindex.html\nnew\n');
  expect(await sh('wc -c < /long; tail -n 1 /long; md5sum < /long; md5sum /long | cut -c 1-32')).toMatch(
    /^210000\nall work and no play\n(\w{32}) {2}-\n\1\n$/,
  );
});

test('what is written goes to the container alone, and is counted there', async () => {
  const asRoot = { ...app.containers[0], securityContext: { runAsUser: 0 } };
  const [first, second] = [await run('a', { containers: [asRoot] }), await run('b', { containers: [asRoot] })];
  expect(await first('echo more >> index.html; cat index.html; rm /long; mv /etc/passwd p; ls / /etc')).toMatch(
    /^new\nmore\n/,
  );
  expect(await first("ls /long /etc/passwd 2>&1 | grep -c 'No such file'; wc -l < p")).toBe('2\n2\n');
  expect(await first('chmod 600 index.html; ls -l index.html')).toMatch(/^-rw------- 1 /);
  expect(await first('chmod 755 /bin/server; /bin/server')).toMatch(/server: .*[Ee]xec format error/);
  expect(await second('cat index.html; wc -c < /long; wc -l < /etc/passwd')).toBe('new\n210000\n2\n');
});

test('a mounted image shows its files to the script of a container, or a folder of them, and takes nothing', async () => {
  const sh = await run('a', mounting());
  expect(await sh('cat /data/srv/index.html; ls /data/srv; echo x > /data/srv/index.html; rm /data/long')).toBe(
    "new\nindex.html\nsh: can't create /data/srv/index.html: Read-only file system\nrm: can't remove '/data/long': Read-only file system\n",
  );
  const inside = await run('b', mounting('srv'));
  expect(await inside('ls /data; cat /data/index.html')).toBe('index.html\nnew\n');
  const chunks: Buffer[] = [];
  const logs = await world.plane.nodeApi.logs('default', 'b', {}, new AbortController().signal);
  for await (const chunk of logs as AsyncIterable<Buffer>) chunks.push(chunk);
  expect(Buffer.concat(chunks).toString()).toContain('new\n');
});

test('a server of files answers with those of its image', async () => {
  const layers = [{ 'usr/share/nginx/html/index.html': 'from the layer\n' }];
  await registry.push(await makeImage(layers), 'shop/nginx', '1');
  await run('web', { containers: [{ name: 'app', image: `${HOST}/shop/nginx:1`, ports: [{ containerPort: 80 }] }] });
  const sh = await run('a', { containers: [{ name: 'app', image: 'busybox:1.37', command: ['sleep', '1d'] }] });
  const { podIP } = world.get('pods', 'web')['status'];
  expect(await sh(`wget -qO- http://${podIP}/`)).toBe('from the layer\n');
});

test('an image whose layer is damaged has no files, which is told once, and is open to the others', async () => {
  const image = await makeImage([{ a: 'one' }]);
  const broken = { ...image, layers: [Buffer.from('no tar at all')] };
  const layer = JSON.parse(image.manifest.toString()).layers[0].digest;
  const failures: unknown[] = [];
  await registry.push(image, 'shop/small', '1');
  const facts = storedFacts(registry.store, image.target, `${HOST}/shop/small:1`, 'linux/amd64');
  const files = new ImageFiles(
    () => registry.store,
    tmpdir(),
    (error) => failures.push(error),
  );
  await files.prepare(facts);
  const tree = files.take(facts)!;
  const found = tree.union.at('a')!;
  expect(Buffer.from(tree.read(found, 1, 99)).toString()).toBe('ne');
  tree.release();
  expect(tree.read(found, 0, 99)).toHaveLength(0);
  expect(files.prepare(facts)).toBeUndefined();

  await using lease = registry.store.lease('test');
  const { digest } = await lease.put(broken.layers[0]!);
  const other = {
    ...facts,
    layers: [
      { digest: layer, sizeBytes: 1, instruction: '' },
      { digest, sizeBytes: 13, instruction: '' },
    ],
  };
  await files.prepare(other);
  expect(files.take(other)).toBeUndefined();
  expect(failures).toHaveLength(1);
  expect(files.prepare(other)).toBeUndefined();
  expect(files.prepare({ ...facts, simulated: true })).toBeUndefined();
  files.close();
});
