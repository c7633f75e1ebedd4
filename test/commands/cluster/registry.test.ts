import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { openImageStore } from '../../../src/oci/store/open-store.ts';
import { makeImage, storeImage } from '../../oci/store/images.ts';
import { eventually, type Sandbox, sandbox } from '../../support/program.ts';

let box: Sandbox | undefined;
afterEach(() => {
  box?.dispose();
  box = undefined;
});

/** Made of what nothing compresses. */
const base = Array.from({ length: 4000 }, (_, at) => Math.imul(at, 2_654_435_761).toString(36)).join('');

async function build(name: string, version: string): Promise<void> {
  const store = openImageStore(join(box!.env.KCTL_HOME!, 'images'));
  await storeImage(store, await makeImage([{ 'lib/base': base }, { 'app/version': version }]), name);
  store.close();
}

test('push, run, push what changed, roll out, miss a tag, push it: on the registry of the cluster itself', async () => {
  box = sandbox();
  const started = box.kctl(['cluster', 'start', '--empty', '--nodes', '1']).stdout;
  const host = /pushed to (localhost:\d+)\n/.exec(started)![1]!;
  expect(box.kctl(['cluster', 'status']).stdout).toMatch(new RegExp(`\\nRegistry: +${host}\\n`));
  expect(box.kctl(['registry', 'status']).stdout).toMatch(/\nServed by: +the cluster "kctl"\n/);
  const stopped = box.kctl(['registry', 'stop']);
  expect([stopped.code, stopped.stderr]).toEqual([
    1,
    'error: the registry is served by the cluster "kctl", and ends with it\nstop that: kctl cluster stop --name kctl\n',
  ]);
  // What takes ten seconds takes one; pulls are told of for twelve.
  box.kctl(['cluster', 'speed', 'x10']);
  const name = `${host}/shop/web`;
  await build(`${name}:1`, 'one');
  expect(box.kctl(['push', `${name}:1`]).code).toBe(0);
  box.kctl(['create', 'deployment', 'web', `--image=${name}:1`]);
  const rolledOut = () => box!.kctl(['rollout', 'status', 'deployment/web', '--timeout=20s']);
  expect(rolledOut().stdout).toContain('successfully rolled out');

  await build(`${name}:2`, 'two');
  expect(box.kctl(['push', `${name}:2`]).stdout).toContain('already exists');
  box.kctl(['set', 'image', 'deployment/web', `web=${name}:2`]);
  expect(rolledOut().stdout).toContain('successfully rolled out');
  const pulls = JSON.parse(
    box.kctl(['get', '--raw', '/api/v1/nodes/kctl-control-plane/proxy/kctl/v1/pulls']).stdout,
  ).pulls.filter(({ image }: { image: string }) => image.startsWith(name));
  expect(pulls.map(({ layers }: { layers: { state: string }[] }) => layers.map(({ state }) => state))).toEqual([
    ['pulled', 'pulled'],
    ['cached', 'pulled'],
  ]);

  box.kctl(['set', 'image', 'deployment/web', `web=${name}:3`]);
  const missing = `Failed to pull image "${name}:3": rpc error: code = NotFound desc = failed to pull and unpack image "${name}:3": failed to resolve reference "${name}:3": ${name}:3: not found`;
  await eventually(
    () => box!.kctl(['get', 'events', '-o', 'jsonpath={.items[*].message}']).stdout.includes(missing),
    'the failed pull',
  );
  await eventually(
    () => /:3 +<unknown> +<unknown> +- +ImagePullBackOff/.test(box!.kctl(['get', 'pods', '-o', 'layers']).stdout),
    'the back-off',
  );
  await build('docker.io/library/web:3', 'three');
  expect(box.kctl(['push', 'web:3', `${name}:3`]).code).toBe(0);
  expect(rolledOut().stdout).toContain('successfully rolled out');
  expect(box.kctl(['get', 'pods', '-o', 'layers', '--no-headers']).stdout).toMatch(
    /:3 +\d+(\.\d+)?kB +2 +1, .* on node/,
  );
}, 60_000);
