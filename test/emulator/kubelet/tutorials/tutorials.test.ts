import { readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import '../../../../src/emulator/kubelet/exec/index.ts';
import type { KubeObject } from '../../../../src/api/meta.ts';
import { createWorld, type World } from '../../controllers/world.ts';

interface Expected {
  after: number;
  /** Phase by the name, or by how it begins. */
  pods?: Record<string, string>;
  restarts?: Record<string, number>;
  /** By pod/container; a text between slashes is a regular expression. */
  logs?: Record<string, string>;
  states?: Record<string, { terminated?: object; last?: object }>;
  events?: Record<string, string[]>;
  /** By resource/name. */
  objects?: Record<string, object>;
  exec?: { in: string; run: string; prints?: string; says?: string; status?: number; fails?: string }[];
}

interface Story extends Expected {
  name: string;
  make: KubeObject[];
  then?: Expected & { make: KubeObject[] };
}

const stories: Story[] = parse(readFileSync(new URL('./stories.yaml', import.meta.url), 'utf8'));
const never = new AbortController().signal;

const RESOURCES: Readonly<Record<string, string>> = {
  Pod: 'pods',
  Service: 'services',
  PersistentVolume: 'persistentvolumes',
  PersistentVolumeClaim: 'persistentvolumeclaims',
  ConfigMap: 'configmaps',
  Secret: 'secrets',
  Job: 'jobs.batch',
  CronJob: 'cronjobs.batch',
  Deployment: 'deployments.apps',
  StatefulSet: 'statefulsets.apps',
};

async function make(world: World, objects: readonly KubeObject[]): Promise<void> {
  for (const object of objects) {
    const isOfCluster = object['kind'] === 'PersistentVolume';
    const metadata = { ...(isOfCluster ? {} : { namespace: 'default' }), ...object.metadata };
    await world.client.create(RESOURCES[object['kind'] as string]!, { ...object, metadata } as never);
  }
}

/** Generated names only have their beginning in the table. */
function podNamed(world: World, name: string): KubeObject {
  const found = world
    .pods()
    .filter(({ metadata }) => (name.endsWith('-') ? metadata.name!.startsWith(name) : metadata.name === name));
  if (found.length === 0) throw new Error(`no pod ${name} among ${world.pods().map(({ metadata }) => metadata.name)}`);
  return found[0]!;
}

function place(world: World, path: string): { pod: KubeObject; container: string } {
  const [name = '', container] = path.split('/');
  const pod = podNamed(world, name);
  return { pod, container: container ?? pod['spec'].containers[0].name };
}

/** Texts between slashes are regular expressions. */
const like = (text: string) =>
  /^\/[\s\S]*\/$/.test(text) ? expect.stringMatching(new RegExp(text.slice(1, -1))) : text;
const likeAll = (value: unknown): unknown =>
  typeof value === 'string'
    ? like(value)
    : Array.isArray(value)
      ? value.map(likeAll)
      : typeof value === 'object' && value !== null
        ? expect.objectContaining(Object.fromEntries(Object.entries(value).map(([key, one]) => [key, likeAll(one)])))
        : value;

async function logOf(world: World, path: string): Promise<string> {
  const { pod, container } = place(world, path);
  const chunks: Uint8Array[] = [];
  for await (const chunk of await world.plane.nodeApi.logs('default', pod.metadata.name!, { container }, never))
    chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function run(world: World, path: string, script: string) {
  const { pod, container } = place(world, path);
  const streams = { stdout: new PassThrough(), stderr: new PassThrough() };
  const seen = { prints: '', says: '' };
  streams.stdout.on('data', (chunk) => {
    seen.prints += chunk;
  });
  streams.stderr.on('data', (chunk) => {
    seen.says += chunk;
  });
  const wanted = { container, command: ['sh', '-c', script], stdout: true, stderr: true };
  const { code } = await world.plane.nodeApi.exec('default', pod.metadata.name!, wanted, streams, never);
  return { ...seen, status: code };
}

const statusOf = (world: World, path: string) => {
  const { pod, container } = place(world, path);
  return [...(pod['status'].containerStatuses ?? []), ...(pod['status'].initContainerStatuses ?? [])].find(
    ({ name }) => name === container,
  );
};

async function check(world: World, told: Expected): Promise<void> {
  await world.run(told.after);
  for (const [name, phase] of Object.entries(told.pods ?? {}))
    expect([name, podNamed(world, name)['status'].phase]).toEqual([name, phase]);
  for (const [name, least] of Object.entries(told.restarts ?? {}))
    expect(statusOf(world, name).restartCount, name).toBeGreaterThanOrEqual(least);
  for (const [path, { terminated, last }] of Object.entries(told.states ?? {})) {
    const status = statusOf(world, path);
    if (terminated) expect(status.state.terminated, path).toEqual(likeAll(terminated));
    if (last) expect(status.lastState.terminated ?? status.state.terminated, path).toEqual(likeAll(last));
  }
  for (const [path, text] of Object.entries(told.logs ?? {}))
    expect([path, await logOf(world, path)]).toEqual([path, like(text)]);
  for (const [name, events] of Object.entries(told.events ?? {}))
    expect(world.events(name).map((one) => one.trimEnd())).toEqual(expect.arrayContaining(events));
  for (const [path, object] of Object.entries(told.objects ?? {})) {
    const [resource = '', name = ''] = path.split('/');
    expect(world.get(resource, name)).toEqual(likeAll(object));
  }
  for (const { in: path, run: script, prints = '', says = '', status = 0, fails } of told.exec ?? []) {
    if (fails) await expect(run(world, path, script)).rejects.toThrow(fails);
    else expect([script, await run(world, path, script)]).toEqual([script, { prints, says: like(says), status }]);
  }
}

test.each(stories)('$name', async ({ make: objects, then, ...told }) => {
  const world = await createWorld();
  try {
    await make(world, objects);
    await check(world, told);
    if (then) {
      await make(world, then.make);
      await check(world, then);
    }
    expect(world.errors).toEqual([]);
  } finally {
    await world.plane.stop();
  }
});
