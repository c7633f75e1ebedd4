import { tmpdir } from 'node:os';
import type { KubeObject } from '../../../src/api/meta.ts';
import { admissionPlugins } from '../../../src/emulator/admission/index.ts';
import { bootstrap } from '../../../src/emulator/bootstrap.ts';
import type { ApiClient, Lister } from '../../../src/emulator/client.ts';
import { catchUp, SimulatedClock } from '../../../src/emulator/clocks.ts';
import { type ControlPlane, startControlPlane } from '../../../src/emulator/control-plane.ts';
import type { Signer } from '../../../src/emulator/controllers/certificate-signing.ts';
import { followDefinitions } from '../../../src/emulator/crd/definitions.ts';
import { crashTarget } from '../../../src/emulator/faults/crash.ts';
import { Faults } from '../../../src/emulator/faults/faults.ts';
import { partitionNodes } from '../../../src/emulator/faults/partition.ts';
import type { BundledRegistry } from '../../../src/emulator/images/bundled-registry.ts';
import { ClusterImages } from '../../../src/emulator/images/cluster-images.ts';
import { Catalog } from '../../../src/emulator/registry/catalog.ts';
import { inProcessClient, inProcessLister } from '../../../src/emulator/registry/in-process-client.ts';
import { type Machine, SYSTEM_USER } from '../../../src/emulator/registry/machine.ts';
import { replacement, updateObject } from '../../../src/emulator/registry/update.ts';
import { isAllowed } from '../../../src/emulator/server/authorize.ts';
import { Store } from '../../../src/emulator/storage/store.ts';

export interface World {
  client: ApiClient;
  lister: Lister;
  clock: SimulatedClock;
  plane: ControlPlane;
  faults: Faults;
  errors: string[];
  /** Lives through so many seconds. */
  run(seconds: number): Promise<void>;
  pods(namespace?: string): readonly KubeObject[];
  get(resource: string, name: string, namespace?: string): KubeObject;
  /** Reads, edits a copy, writes it. */
  edit(resource: string, name: string, change: (object: KubeObject) => void): Promise<void>;
  /** The same through a subresource: `resize` of pods. */
  editPart(resource: string, name: string, part: string, change: (object: KubeObject) => void): Promise<void>;
  /** Reasons and messages of the events about an object, in the order of their first time. */
  events(name: string): string[];
}

/** The same numbers in every run of a seed. */
function numbers(seed = 1): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** When an event was told first; of one second they are in the order in which they came. */
const secondOf = (event: KubeObject): number =>
  Math.floor(Date.parse(event['firstTimestamp'] ?? event['eventTime']) / 1000);

export const START = Date.parse('2026-03-02T10:00:00Z');

/** A whole control plane on the real storage, in memory, with a clock that moves only when told to. */
export async function createWorld(
  options: { nodes?: number; clock?: SimulatedClock; signer?: Signer; seed?: number; registry?: BundledRegistry } = {},
): Promise<World> {
  const clock = options.clock ?? new SimulatedClock(START);
  const random = numbers(options.seed);
  const machine: Machine = {
    store: new Store(':memory:'),
    catalog: new Catalog(),
    clock,
    random,
    admission: admissionPlugins,
  };
  bootstrap(machine);
  followDefinitions(machine);
  const client = inProcessClient(machine);
  const lister = inProcessLister(machine);
  const errors: string[] = [];
  const faults = new Faults({
    clock,
    random,
    compact: () => {},
    crash: (spec) => crashTarget(spec, { lister, catalog: machine.catalog, crashNow: plane.crashNow }),
    partition: (names, isCut) => partitionNodes({ client, lister }, names, isCut),
  });
  const images = new ClusterImages(() => options.registry);
  const plane: ControlPlane = startControlPlane({
    client,
    lister,
    clock,
    random,
    nodes: options.nodes ?? 3,
    rootCa: 'PEM',
    images: (reference) => images.facts(reference),
    imageStore: {
      store: () => options.registry?.store,
      folder: tmpdir(),
      report: (error) => errors.push(`image files: ${(error as Error).message}`),
    },
    pullAccess: images,
    pullFault: (image, node) => faults.pull(image, node),
    ...(options.signer ? { signer: options.signer } : {}),
    allows: (user, attributes) => isAllowed(machine.store, user, attributes),
    onError: (controller, key, error) => errors.push(`${controller} ${key}: ${(error as Error).message}`),
  });
  await plane.idle();
  const get = (resource: string, name: string, namespace: string | undefined = 'default'): KubeObject => {
    const object = lister.get(resource, namespace, name) ?? lister.get(resource, undefined, name);
    if (!object) throw new Error(`${resource} ${name} is not there`);
    return object;
  };
  return {
    client,
    lister,
    clock,
    plane,
    faults,
    errors,
    run: (seconds) => catchUp(clock, clock.now() + seconds * 1000, () => plane.idle()),
    pods: (namespace = 'default') => lister.list('pods', namespace),
    get,
    async edit(resource, name, change) {
      const copy = structuredClone(get(resource, name));
      change(copy);
      await client.update(resource, copy);
      await plane.idle();
    },
    async editPart(resource, name, part, change) {
      const copy = structuredClone(get(resource, name));
      change(copy);
      const served = machine.catalog.named(resource)!;
      await updateObject(machine, served, copy.metadata.namespace, name, replacement(machine, served, copy), {
        user: SYSTEM_USER,
        manager: 'kubectl',
        subresource: part,
        request: { kind: 'UpdateOptions', apiVersion: 'meta.k8s.io/v1' },
      });
      await plane.idle();
    },
    events: (name) =>
      lister
        .list<KubeObject>('events')
        .filter((event) => event['involvedObject'].name === name)
        .sort((a, b) => secondOf(a) - secondOf(b))
        .map((event) => `${event['reason']}: ${event['message']}`),
  };
}

export const deployment = (
  name: string,
  spec: Record<string, unknown> = {},
  container: Record<string, unknown> = {},
): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'default', labels: { app: name } },
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'app', image: 'nginx:1.27', ports: [{ containerPort: 80 }], ...container }] },
    },
    ...spec,
  },
});

export const pod = (
  name: string,
  spec: Record<string, unknown> = {},
  annotations: Record<string, string> = {},
): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', labels: { app: name }, annotations },
  spec: { containers: [{ name: 'app', image: 'nginx:1.27' }], ...spec },
});
