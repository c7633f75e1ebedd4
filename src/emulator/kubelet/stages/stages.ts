import type { KubeObject } from '../../../api/meta.ts';
import { groupResource } from '../../../api/resource.ts';
import { findBuiltinKind } from '../../../api/resources.ts';
import { type ControlContext, type Controller, keyOf } from '../../controllers/controller.ts';
import type { Again } from '../../controllers/work-queue.ts';
import { isDown, machineAddress } from '../node-facts.ts';
import { DEFINITIONS, STAGES } from './definition.ts';
import type { StagePlayer } from './player.ts';

/** Who writes what stages say, in `metadata.managedFields`. */
export const STAGE_MANAGER = 'kwok';

interface StagesOptions {
  /** The addresses of a pod on a node; none where the node has no range. */
  podIPs: (node: string, uid: string) => readonly string[];
  /** Told of a pod (namespace/name) that a stage has changed. */
  podPlayed: (key: string) => void;
}

/**
 * kwok's Stages. An object that a Stage selects before its simulated life has begun, or that one has changed, is driven
 * by Stages from then on; all others keep the life that is built in. Who drives an object is read from the object, so
 * that a new process goes on.
 */
export class Stages {
  readonly #context: ControlContext;
  readonly #options: StagesOptions;
  /** Stage objects by the resource they are about. */
  #byResource = new Map<string, KubeObject[]>();
  #hasUnserved = false;
  #player: Promise<StagePlayer> | undefined;
  #isStale = false;

  constructor(context: ControlContext, options: StagesOptions) {
    this.#context = context;
    this.#options = options;
    this.#read();
  }

  /** True when there are stages for objects of this resource at all. */
  drive(resource: string): boolean {
    return this.#byResource.has(resource);
  }

  /** True of an object that is driven by stages. */
  async hold(resource: string, object: KubeObject): Promise<boolean> {
    if (!this.drive(resource)) return false;
    if (object.metadata.managedFields?.some(({ manager }) => manager === STAGE_MANAGER)) return true;
    return !hasBegun(resource, object) && (await this.select(resource, object));
  }

  /** True when a stage is there for the object as it is now. */
  async select(resource: string, object: KubeObject): Promise<boolean> {
    return this.drive(resource) && (await this.#ready()).selects(resource, object);
  }

  controller(): Controller {
    return {
      name: 'stages',
      watches: {
        [STAGES]: ({ object, previous }) => {
          const about = [...new Set([object, previous].flatMap((one) => (one ? [this.#resourceOf(one) ?? ''] : [])))];
          this.#read();
          return about.filter(Boolean).flatMap((resource) => this.#all(resource));
        },
        '*': ({ object }, resource) => {
          if (resource === DEFINITIONS && this.#hasUnserved) this.#read();
          return this.#byResource.has(resource) ? [`${resource} ${keyOf(object)}`] : [];
        },
      },
      concurrency: 16,
      reconcile: (key) => this.#look(key),
    };
  }

  /** All objects of a resource: some are chosen anew, others go back to the life that is built in. */
  #all(resource: string): string[] {
    const keys = this.#context.lister.list<KubeObject>(resource).map(keyOf);
    if (resource === 'pods') for (const key of keys) this.#options.podPlayed(key);
    return keys.map((key) => `${resource} ${key}`);
  }

  #read(): void {
    const found = new Map<string, KubeObject[]>();
    this.#hasUnserved = false;
    for (const stage of this.#context.lister.list<KubeObject>(STAGES)) {
      const resource = this.#resourceOf(stage);
      if (resource) found.set(resource, [...(found.get(resource) ?? []), stage]);
      else this.#hasUnserved = true;
    }
    this.#byResource = found;
    this.#isStale = true;
  }

  #resourceOf({ spec }: KubeObject): string | undefined {
    const { apiGroup, kind } = spec.resourceRef;
    return this.#resourceNamed(apiGroup || 'v1', kind);
  }

  #resourceNamed(apiVersion: string, kind: string): string | undefined {
    const builtin = findBuiltinKind(apiVersion, kind);
    if (builtin) return groupResource(builtin);
    const [group] = apiVersion.split('/');
    return this.#context.lister
      .list<KubeObject>(DEFINITIONS)
      .find(({ spec }) => spec.group === group && spec.names.kind === kind)?.metadata.name;
  }

  async #ready(): Promise<StagePlayer> {
    this.#player ??= import('./player.ts').then(({ StagePlayer }) => new StagePlayer(this.#world()));
    const player = await this.#player;
    if (this.#isStale) {
      this.#isStale = false;
      player.use(this.#byResource);
    }
    return player;
  }

  #world(): ConstructorParameters<typeof StagePlayer>[0] {
    const { client, lister, clock, random, recorder } = this.#context;
    const now = () => `${new Date(clock.now()).toISOString().slice(0, 19)}Z`;
    return {
      client,
      lister,
      recorder,
      random,
      now,
      startTime: now(),
      clockNow: () => clock.now(),
      resourceOf: (apiVersion, kind) => this.#resourceNamed(apiVersion, kind),
      podIPs: (node, uid) => {
        const own = this.#options.podIPs(node, uid);
        return own.length > 0 ? own : addressesOf(lister.get('nodes', undefined, node));
      },
      nodeIPs: (node) => addressesOf(lister.get('nodes', undefined, node)),
      complain: (name, message) => {
        const stage = lister.get<KubeObject>(STAGES, undefined, name);
        const event = { type: 'Warning', reason: 'InvalidStage', message, component: 'kwok_controller' } as const;
        if (stage) recorder.record(stage, event);
      },
    };
  }

  async #look(key: string): Promise<Again> {
    const [resource = '', name = ''] = key.split(' ');
    const slash = name.indexOf('/');
    const { lister } = this.#context;
    const object = lister.get<KubeObject>(
      resource,
      slash < 0 ? undefined : name.slice(0, slash),
      name.slice(slash + 1),
    );
    if (!object || !this.drive(resource)) {
      (await this.#player)?.forget(key);
      return undefined;
    }
    if (!this.#isReachable(resource, object)) return undefined;
    const player = await this.#ready();
    const version = object.metadata.resourceVersion;
    const again = await player.look(key, resource, object);
    if (
      resource === 'pods' &&
      lister.get<KubeObject>('pods', object.metadata.namespace, object.metadata.name!)?.metadata.resourceVersion !==
        version
    )
      this.#options.podPlayed(name);
    return again;
  }

  /** As kwok, which plays kubelets: a pod has to be on a node, and the node has to be up. */
  #isReachable(resource: string, object: KubeObject): boolean {
    // Its address comes with the range of its pods.
    if (resource === 'nodes') return !isDown(object) && Boolean(object['spec']?.podCIDR);
    if (resource !== 'pods') return true;
    const node = object['spec'].nodeName && this.#context.lister.get('nodes', undefined, object['spec'].nodeName);
    return Boolean(node) && !isDown(node);
  }
}

/** True once the built-in kubelet has taken an object up. */
function hasBegun(resource: string, { status }: KubeObject): boolean {
  if (resource === 'pods') return Boolean(status?.startTime);
  return resource !== 'nodes' || Boolean(status?.nodeInfo?.kubeletVersion);
}

function addressesOf(node: KubeObject | undefined): string[] {
  const told: { type: string; address: string }[] = node?.['status']?.addresses ?? [];
  const own = told.filter(({ type }) => type === 'InternalIP').map(({ address }) => address);
  const machine = machineAddress(node);
  return own.length > 0 || !machine ? own : [machine];
}
