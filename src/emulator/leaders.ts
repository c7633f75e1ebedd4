import type { KubeObject } from '../api/meta.ts';
import { microTimestamp } from './clock.ts';
import type { Component, ComponentGroup } from './components.ts';
import type { ControlContext, Controller } from './controllers/controller.ts';
import { hexId } from './runtime/chance.ts';

const LEASES = 'leases.coordination.k8s.io';
const NAMESPACE = 'kube-system';
/** client-go's default for both programs (--leader-elect-lease-duration). */
const LEASE_SECONDS = 15;
/**
 * The real ones renew every 2 s. A third of the duration less than the whole is late enough for a lease that
 * never lapses, and a fifth of the writes on a cluster that does nothing else.
 */
const RENEW_MS = 10_000;
/** Where they run. */
const HOST = 'kctl-control-plane';

interface Leader {
  group: ComponentGroup;
  lease: string;
  /** As the Events of it name the source. */
  source: string;
}

const programs: readonly Leader[] = [
  { group: 'controller-manager', lease: 'kube-controller-manager', source: 'kube-controller-manager' },
  { group: 'scheduler', lease: 'kube-scheduler', source: 'default-scheduler' },
];

/** What each program of the control plane holds while it runs: a lease that says so. */
export const leaders: readonly Component[] = programs.map((program) => ({
  name: `${program.lease}/leader`,
  group: program.group,
  hidden: true as const,
  make: ({ as }) => [leader(as(program.lease, program.lease), program)],
}));

/**
 * Takes the program's lease at once (nobody else runs it) and renews it. Source: client-go,
 * tools/leaderelection.
 */
function leader(context: ControlContext, { lease: name, source }: Leader): Controller {
  const { client, lister, clock, recorder } = context;
  let identity: string | undefined;

  const acquire = async (now: string): Promise<void> => {
    identity = `${HOST}_${uuid(`${name} ${clock.now()}`)}`;
    const spec = { holderIdentity: identity, leaseDurationSeconds: LEASE_SECONDS, acquireTime: now, renewTime: now };
    const known = lister.get<KubeObject>(LEASES, NAMESPACE, name);
    const leaseTransitions = known ? (known['spec']?.leaseTransitions ?? 0) + 1 : 0;
    const taken = known
      ? await client.update<KubeObject>(LEASES, { ...known, spec: { ...spec, leaseTransitions } })
      : await client.create<KubeObject>(LEASES, {
          apiVersion: 'coordination.k8s.io/v1',
          kind: 'Lease',
          metadata: { name, namespace: NAMESPACE },
          spec: { ...spec, leaseTransitions },
        });
    const message = `${identity} became leader`;
    recorder.record(taken, { type: 'Normal', reason: 'LeaderElection', message, component: source });
  };

  return {
    name: source,
    watches: {
      namespaces: ({ type, object }) => (type === 'ADDED' && object.metadata.name === NAMESPACE ? [name] : []),
    },
    reconcile: async () => {
      // A cluster without the namespace (nobody seeded it) has no leases.
      if (!lister.get('namespaces', undefined, NAMESPACE)) return undefined;
      const now = microTimestamp(clock);
      const held = lister.get<KubeObject>(LEASES, NAMESPACE, name);
      if (held && held['spec']?.holderIdentity === identity) {
        await client.update(LEASES, { ...held, spec: { ...held['spec'], renewTime: now } });
      } else {
        await acquire(now);
      }
      return RENEW_MS;
    },
  };
}

function uuid(seed: string): string {
  const hex = hexId(seed);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}
