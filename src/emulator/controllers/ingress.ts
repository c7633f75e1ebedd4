import type { KubeObject } from '../../api/meta.ts';
import { isOurs } from '../network/ingress-rules.ts';
import { INGRESS_ADDRESS } from '../network/load-balancer-addresses.ts';
import { type ControlContext, type Controller, keyOf, ownKey, splitKey } from './controller.ts';
import { writeStatus } from './ownership.ts';

const INGRESSES = 'ingresses.networking.k8s.io';
const COMPONENT = 'kctl-ingress-controller';

/** Says of every Ingress of a class of ours where it is reached. */
export function ingressController(context: ControlContext): Controller {
  return {
    name: COMPONENT,
    watches: {
      [INGRESSES]: ownKey,
      'ingressclasses.networking.k8s.io': () => context.lister.list<KubeObject>(INGRESSES).map(keyOf),
    },
    reconcile: async (key) => {
      const ingress = context.lister.get<KubeObject>(INGRESSES, ...splitKey(key));
      if (!ingress || ingress.metadata.deletionTimestamp) return undefined;
      const held: { ip?: string }[] = ingress['status']?.loadBalancer?.ingress ?? [];
      const hasOurs = held.some(({ ip }) => ip === INGRESS_ADDRESS);
      if (isOurs(context.lister, ingress)) {
        if (hasOurs) return undefined;
        const event = { type: 'Normal' as const, reason: 'Sync', message: 'Scheduled for sync' };
        context.recorder.record(ingress, { ...event, component: COMPONENT });
        await writeStatus(context, INGRESSES, ingress, { loadBalancer: { ingress: [{ ip: INGRESS_ADDRESS }] } });
        // What another controller wrote is that controller's.
      } else if (hasOurs) await writeStatus(context, INGRESSES, ingress, { loadBalancer: {} });
      return undefined;
    },
  };
}
