import { asDeclared } from '../../api/declared.ts';
import type { KubeObject } from '../../api/meta.ts';
import { KctlError } from '../../lib/errors.ts';
import type { FlagSpec, FlagValues } from '../command.ts';
import { atoi, parsePairs } from '../shared/go-parsing.ts';
import type { Found } from './introspect.ts';

const text = (name: string, describe: string, short?: string): FlagSpec => ({
  ...{ name, type: 'string', default: '', describe },
  ...(short && { short }),
});

/** Flags that say what the service is like. */
export const serviceFlags: readonly FlagSpec[] = [
  text('cluster-ip', 'Its address; None makes it headless.'),
  text('external-ip', 'Address from outside that leads to it too.'),
  text('labels', 'Labels of the service; without them, those of the object.', 'l'),
  text('load-balancer-ip', 'Address that a load balancer shall have, where the provider can.'),
  text('name', 'Name of the service; without it, that of the object.'),
  text('port', 'Port of the service; without it, those of the object.'),
  text('protocol', 'TCP, UDP or SCTP; without it, that of the object, else TCP.'),
  text('selector', 'Labels of the pods behind it; without them, those that the object selects.'),
  text('session-affinity', 'ClientIP sends a client to the same pod again; None does not.'),
  text('target-port', 'Number or name of the port of the pods; without it, that of the service.'),
  text('type', 'ClusterIP, NodePort, LoadBalancer or ExternalName.'),
];

/** Longer names are cut (RFC 1035). */
const longestName = 63;

/** The service in front of `object`. @throws KctlError in kubectl's words */
export function serviceOf(
  object: KubeObject,
  found: Found,
  protocols: ReadonlyMap<string, readonly string[]>,
  flags: FlagValues,
): KubeObject {
  if (found.selector === '') throw new KctlError('usage', 'selector must be specified');
  const value = (name: string) => String(flags[name]);
  const selector = parsePairs(found.selector);
  const labels = found.labels === '' ? undefined : parsePairs(found.labels);
  const ports = portList(found.port, protocols, value('protocol'));
  const target = value('target-port');
  const affinity = value('session-affinity');
  if (!['', 'None', 'ClientIP'].includes(affinity)) {
    throw new KctlError('usage', `unknown session affinity: ${affinity}`);
  }
  return asDeclared({
    ...{ apiVersion: 'v1', kind: 'Service' },
    metadata: { name: value('name') || (object.metadata.name ?? '').slice(0, longestName), ...(labels && { labels }) },
    spec: {
      selector,
      ports: ports.map((one) => ({ ...one, targetPort: target === '' ? one.port : numberOrName(target) })),
      externalIPs: value('external-ip') === '' ? [] : [value('external-ip')],
      type: value('type'),
      loadBalancerIP: value('type') === 'LoadBalancer' ? value('load-balancer-ip') : '',
      sessionAffinity: affinity,
      clusterIP: value('cluster-ip'),
    },
  });
}

/** A port for each number; one that the object has for several protocols becomes several. */
function portList(numbers: string, protocols: ReadonlyMap<string, readonly string[]>, protocol: string) {
  const parts = numbers === '' ? [] : numbers.split(',');
  return parts.flatMap((part, index) => {
    const port = atoi(part);
    const name = parts.length > 1 ? `port-${index + 1}` : '';
    const own = protocol === '' ? protocols.get(part) : undefined;
    if (!own || own.length === 1) return [{ name, port, protocol: own?.[0] ?? (protocol || 'TCP') }];
    return own.map((each) => ({ name: `port-${index + 1}-${each.toLowerCase()}`, port, protocol: each }));
  });
}

function numberOrName(target: string): number | string {
  return /^[+-]?\d+$/.test(target) ? Number(target) : target;
}
