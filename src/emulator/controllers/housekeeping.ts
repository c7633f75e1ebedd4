import type { KubeObject } from '../../api/meta.ts';
import { type ControlContext, type Controller, keyOf, ownKey, splitKey } from './controller.ts';
import { deleteIfThere, writeStatus } from './ownership.ts';

export { podCollector } from './pod-collector.ts';

const EVENT_TTL_MS = 3_600_000;
const POOL = [203, 0, 113] as const;

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
