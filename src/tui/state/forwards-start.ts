import { isIP } from 'node:net';
import type { KubeObject } from '../../api/meta.ts';
import { KctlError } from '../../lib/errors.ts';
import { readUserFiles } from '../../settings/read-user-files.ts';
import { LOOPBACK } from '../../store/forwards/forward-list.ts';
import { isListenError, listenFailure } from '../../store/forwards/listen-failure.ts';
import type { RunningForward } from '../../store/forwards/running-forward.ts';
import type { ForwardTarget } from '../../store/forwards/target.ts';
import type { DashboardServices } from '../services.ts';
import type { ForwardServices } from './forwards.ts';
import { forwardDenied } from './guards.ts';
import { knownSettings } from './usuals.ts';

/** Ports of one object to forward. */
export interface ForwardOrder {
  target: ForwardTarget;
  /** `remote` as text: a number or a name. 0 as `local` takes a free one. */
  ports: readonly { remote: string; local: number }[];
  /** Addresses, or `localhost`; default: that. */
  addresses?: readonly string[];
  /** The pod to begin with, where it is known. */
  pod?: KubeObject;
  set?: string;
}

/** @throws KctlError where there is no connection to forward over: in a replay */
export function forwardsOf({ forwards }: DashboardServices): ForwardServices {
  if (forwards) return forwards;
  throw new KctlError('input', 'a recording has no ports to forward');
}

/** Addresses as words: `localhost` is both its addresses. @throws KctlError `usage` for what is no address */
export function spelledAddresses(words: readonly string[]): readonly string[] {
  const spelled = words.flatMap((word) => (word === 'localhost' ? LOOPBACK : [word]));
  for (const address of spelled) if (!isIP(address)) throw new KctlError('usage', `${address} is not a valid IP`);
  return spelled;
}

function hostOf(addresses: readonly string[]): { host?: string } {
  const isLocal = addresses.some(
    (one) => (LOOPBACK as readonly string[]).includes(one) || /^(0\.0\.0\.0|::)$/.test(one),
  );
  return isLocal || addresses.length === 0 ? {} : { host: addresses[0]! };
}

/**
 * Starts the forwards of one object, one after the other. Those that were begun before one fails go on.
 * @throws KctlError that says what was in the way
 */
export async function startForwards(services: DashboardServices, order: ForwardOrder): Promise<RunningForward[]> {
  const forwards = forwardsOf(services);
  const settings = knownSettings(services) ?? readUserFiles(services.env, services.cluster.contextName).settings;
  const denied = forwardDenied({ userFiles: { settings } }, order.target.object.metadata.namespace);
  if (denied) throw new KctlError('input', denied);
  const { target, ports, pod, set } = order;
  const addresses = spelledAddresses(order.addresses ?? ['localhost']);
  const { name = '' } = target.object.metadata;
  const started: RunningForward[] = [];
  for (const { remote, local } of ports) {
    try {
      const request = {
        name: ports.length > 1 ? `${name}:${remote}` : name,
        ...{ target, remote, local, addresses },
        context: services.cluster.contextName,
        ...hostOf(addresses),
        ...(pod && { pod }),
        ...(set && { set }),
      };
      started.push(await forwards.desk.start(forwards, request));
    } catch (error) {
      if (!isListenError(error)) throw error;
      throw listenFailure(error, local || error.port || 0);
    }
  }
  return started;
}
