import type { KubeObject } from '../../api/meta.ts';
import { type ControlContext, type Controller, keyOf, ownKey, splitKey } from './controller.ts';
import { deleteIfThere, writeStatus } from './ownership.ts';
import { isFinished } from './pods.ts';

/** Finished pods beyond this many go, oldest first (kube-controller-manager --terminated-pod-gc-threshold). */
const FINISHED_LIMIT = 12_500;
const EVENT_TTL_MS = 3_600_000;
const POOL = [203, 0, 113] as const;

/** Pods whose node is gone, and finished pods when there are too many. */
export function podCollector(context: ControlContext): Controller {
  return {
    name: 'pod-garbage-collector',
    watches: {
      nodes: (event) => (event.type === 'DELETED' ? [`node/${event.object.metadata.name}`] : []),
      pods: (event) =>
        event.type === 'MODIFIED' && isFinished(event.object) && !isFinished(event.previous!) ? ['finished'] : [],
    },
    reconcile: async (key) => {
      const pods = context.lister.list('pods');
      const isOrphan = (pod: KubeObject) => `node/${pod['spec'].nodeName}` === key;
      const finished = key === 'finished' ? pods.filter(isFinished) : [];
      const surplus =
        finished.length > FINISHED_LIMIT ? finished.sort(byAge).slice(0, finished.length - FINISHED_LIMIT) : [];
      for (const pod of key === 'finished' ? surplus : pods.filter(isOrphan)) {
        await deleteIfThere(context, 'pods', pod, { gracePeriodSeconds: 0 });
      }
      return undefined;
    },
  };
}

const byAge = (a: KubeObject, b: KubeObject): number =>
  (a.metadata.creationTimestamp ?? '') < (b.metadata.creationTimestamp ?? '') ? -1 : 1;

/**
 * Events live for an hour after they were last seen. One key for all of them: a timer for the
 * oldest, not one per event.
 */
export function eventExpiry(context: ControlContext): Controller {
  let isArmed = false;
  return {
    name: 'event-ttl',
    watches: {
      events: (event) => {
        if (isArmed || event.type === 'DELETED') return [];
        isArmed = true;
        return ['events'];
      },
    },
    reconcile: async () => {
      const now = context.clock.now();
      let oldest = Number.POSITIVE_INFINITY;
      for (const event of context.lister.list('events')) {
        const seen = Date.parse(event['lastTimestamp'] ?? event['eventTime'] ?? event.metadata.creationTimestamp);
        if (seen + EVENT_TTL_MS <= now) await deleteIfThere(context, 'events', event);
        else oldest = Math.min(oldest, seen);
      }
      isArmed = oldest !== Number.POSITIVE_INFINITY;
      // In steps of a minute: many events end together.
      return isArmed ? Math.max(oldest + EVENT_TTL_MS - now, 60_000) : undefined;
    },
  };
}

/** Gives every Service of type LoadBalancer an address of the documentation range TEST-NET-3, and takes it back. */
export function loadBalancerController(context: ControlContext): Controller {
  const addressOf = (service: KubeObject): string | undefined => service['status']?.loadBalancer?.ingress?.[0]?.ip;
  return {
    name: 'service-controller',
    watches: { services: ownKey },
    reconcile: async (key) => {
      const service = context.lister.get('services', ...splitKey(key));
      if (!service || service.metadata.deletionTimestamp) return undefined;
      const isBalanced = service['spec'].type === 'LoadBalancer';
      if (isBalanced === (addressOf(service) !== undefined)) return undefined;
      const say = (reason: string, message: string) =>
        context.recorder.record(service, { type: 'Normal', reason, message, component: 'service-controller' });
      if (!isBalanced) {
        await writeStatus(context, 'services', service, { ...service['status'], loadBalancer: {} });
        return undefined;
      }
      say('EnsuringLoadBalancer', 'Ensuring load balancer');
      const taken = new Set(context.lister.list('services').map(addressOf));
      const free = Array.from({ length: 250 }, (_, at) => [...POOL, at + 1].join('.')).find((ip) => !taken.has(ip));
      if (!free) throw new Error(`no address is left for service ${keyOf(service)}`);
      await writeStatus(context, 'services', service, {
        ...service['status'],
        loadBalancer: { ingress: [{ ip: free, ipMode: 'VIP' }] },
      });
      say('EnsuredLoadBalancer', 'Ensured load balancer');
      return undefined;
    },
  };
}
