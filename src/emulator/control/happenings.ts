import type { Change, Happenings, Told } from '../../api/control/happenings.ts';
import type { KubeObject } from '../../api/meta.ts';
import { podStatus } from '../../api/pod-status.ts';
import type { Lister, StoreEvent } from '../client.ts';
import { SETTINGS } from './settings.ts';

const LEASES = 'leases.coordination.k8s.io';

const replicas = ({ status, spec }: KubeObject): string => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 1} ready`;

/** What there is to say of an object, by resource. */
const words: Readonly<Record<string, (object: KubeObject) => string>> = {
  pods: (pod) => podStatus(pod).status,
  'deployments.apps': replicas,
  'replicasets.apps': replicas,
  'statefulsets.apps': replicas,
  replicationcontrollers: replicas,
  nodes: ({ status }) => {
    const ready = status?.conditions?.find(({ type }: { type: string }) => type === 'Ready')?.status;
    return ready === 'True' ? 'Ready' : 'NotReady';
  },
  'daemonsets.apps': ({ status }) => `${status?.numberReady ?? 0}/${status?.desiredNumberScheduled ?? 0} ready`,
  'jobs.batch': ({ status }) =>
    `${status?.active ?? 0} active, ${status?.succeeded ?? 0} succeeded, ${status?.failed ?? 0} failed`,
  persistentvolumeclaims: ({ status }) => status?.phase ?? 'Pending',
  namespaces: ({ status }) => status?.phase ?? 'Active',
};

const verbs = { ADDED: 'created', MODIFIED: 'changed', DELETED: 'deleted' } as const;

/** Notes what happens in a cluster between two looks; each object is told of once, as it is in the end. */
export class Observer {
  readonly #stop: () => void;
  #changes = new Map<string, Change>();
  #events: Told[] = [];
  #renewed = 0;

  constructor(lister: Lister) {
    this.#stop = lister.subscribe('*', (event, resource) => this.#see(event, resource));
  }

  /** What happened since the last call. */
  take(): Happenings {
    const taken = { changes: [...this.#changes.values()], events: this.#events, renewed: this.#renewed };
    this.#changes = new Map();
    this.#events = [];
    this.#renewed = 0;
    return taken;
  }

  close(): void {
    this.#stop();
  }

  #see(event: StoreEvent, resource: string): void {
    if (resource === SETTINGS) return;
    const { type, object, previous } = event;
    if (resource === 'events') {
      if (type !== 'DELETED') this.#events.push(told(object));
      return;
    }
    if (resource === LEASES && type === 'MODIFIED') {
      this.#renewed++;
      return;
    }
    const { namespace, name = '' } = object.metadata;
    const key = `${resource} ${namespace ?? ''}/${name}`;
    const known = this.#changes.get(key);
    // What came and went in one moment is told as what it came to.
    const verb = type === 'MODIFIED' && known?.verb === 'created' ? 'created' : verbs[type];
    const now = type === 'DELETED' ? undefined : words[resource]?.(object);
    const before = previous && !known ? words[resource]?.(previous) : undefined;
    this.#changes.set(key, {
      verb,
      resource,
      ...(namespace ? { namespace } : {}),
      name,
      ...(now === undefined || (verb === 'changed' && now === before) ? {} : { now }),
    });
  }
}

function told(event: KubeObject): Told {
  const { kind = '', name = '', namespace } = event['involvedObject'] ?? event['regarding'] ?? {};
  return {
    type: String(event['type'] ?? ''),
    reason: String(event['reason'] ?? ''),
    message: String(event['message'] ?? event['note'] ?? ''),
    about: `${String(kind).toLowerCase()}/${name}`,
    ...(namespace ? { namespace } : {}),
  };
}
