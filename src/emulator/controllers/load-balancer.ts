import type { KubeObject } from '../../api/meta.ts';
import { freeAddress } from '../network/load-balancer-addresses.ts';
import { type ControlContext, type Controller, keyOf, ownKey, splitKey } from './controller.ts';
import { writeStatus } from './ownership.ts';

const SERVICES = 'services';
const COMPONENT = 'service-controller';
const CLEANUP = 'service.kubernetes.io/load-balancer-cleanup';
/** After a failure, as the cloud's controller waits at most. */
const AGAIN_MS = 300_000;

/** A class of its own means another controller. */
const isWanted = ({ spec }: KubeObject): boolean => spec.type === 'LoadBalancer' && !spec.loadBalancerClass;
const addressOf = ({ status }: KubeObject): string | undefined => status?.loadBalancer?.ingress?.[0]?.ip;
const isHeld = ({ metadata }: KubeObject): boolean => metadata.finalizers?.includes(CLEANUP) ?? false;

/**
 * Gives every Service of type LoadBalancer an address, and takes it back before the service goes (k8s.io/cloud-provider
 * controllers/service, with this process for a cloud).
 */
export function loadBalancerController(context: ControlContext): Controller {
  const { client, lister, recorder } = context;
  const say = (service: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string) =>
    recorder.record(service, { type, reason, message, component: COMPONENT });

  const hold = (service: KubeObject, isKept: boolean): Promise<KubeObject> => {
    const others = (service.metadata.finalizers ?? []).filter((name) => name !== CLEANUP);
    const finalizers = isKept ? [...others, CLEANUP] : others;
    return client.update<KubeObject>(SERVICES, { ...service, metadata: { ...service.metadata, finalizers } });
  };
  const release = async (service: KubeObject): Promise<undefined> => {
    say(service, 'Normal', 'DeletingLoadBalancer', 'Deleting load balancer');
    const cleared = await writeStatus(context, SERVICES, service, { ...service['status'], loadBalancer: {} });
    await hold(cleared, false);
    say(service, 'Normal', 'DeletedLoadBalancer', 'Deleted load balancer');
  };

  return {
    name: COMPONENT,
    watches: { services: ownKey },
    reconcile: async (key) => {
      const service = lister.get<KubeObject>(SERVICES, ...splitKey(key));
      if (!service) return undefined;
      if (!isWanted(service) || service.metadata.deletionTimestamp) {
        return isHeld(service) ? release(service) : undefined;
      }
      if (addressOf(service) !== undefined && isHeld(service)) return undefined;
      say(service, 'Normal', 'EnsuringLoadBalancer', 'Ensuring load balancer');
      const held = isHeld(service) ? service : await hold(service, true);
      const taken = new Set(lister.list<KubeObject>(SERVICES).map(addressOf));
      const ip = addressOf(held) ?? freeAddress(taken, held['spec'].loadBalancerIP);
      if (!ip) {
        const message = `Error syncing load balancer: failed to ensure load balancer: no address is left for service ${keyOf(service)}`;
        say(service, 'Warning', 'SyncLoadBalancerFailed', message);
        return AGAIN_MS;
      }
      await writeStatus(context, SERVICES, held, {
        ...held['status'],
        loadBalancer: { ingress: [{ ip, ipMode: 'VIP' }] },
      });
      say(service, 'Normal', 'EnsuredLoadBalancer', 'Ensured load balancer');
      return undefined;
    },
  };
}
