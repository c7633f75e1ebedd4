import { type Fields, listAt } from './checks.ts';
import { containersOf } from './pod-security.ts';

interface Place {
  at: string;
  port: Fields;
}

/** Of more nobody is told: a server's headers take a few kilobytes of warnings, and pairs are many. */
const MOST_PAIRS = 1000;

/** Ports of a pod that may not be what was meant (Kubernetes pkg/api/pod/warnings.go). */
export function portWarnings(spec: Fields, path: string, texts: string[]): void {
  const ports: Place[] = containersOf(spec, path).flatMap(({ container, at }) =>
    listAt(container, 'ports').map((port, index) => ({ at: `${at}.ports[${index}]`, port })),
  );
  const seen = new Map<string, SamePorts>();
  let pairs = 0;
  for (const [index, { at, port }] of ports.entries()) {
    if (port.hostIP && !port.hostPort) {
      const { name = '', containerPort, protocol, hostIP } = port;
      const shown = `{Name:${name} HostPort:0 ContainerPort:${containerPort} Protocol:${protocol} HostIP:${hostIP}}`;
      texts.push(`${at}: hostIP set without hostPort: ${shown}`);
    }
    const key = `${port.protocol}/${port.containerPort}`;
    const same = seen.get(key) ?? new SamePorts();
    seen.set(key, same);
    if (pairs < MOST_PAIRS) {
      for (const [other, what] of same.clashes(port)) {
        texts.push(`${at}: ${what} port definition with ${ports[other]!.at}`);
        pairs++;
      }
    }
    same.add(port, index);
  }
  nameWarnings(ports, texts);
}

/**
 * The places of ports with the same number and protocol, by where on the host they are: only those that
 * clash are looked at, as a pod may have thousands that do not.
 */
class SamePorts {
  /** By host port, then by address; both may be none. */
  readonly #places = new Map<number, Map<string, number[]>>();

  add({ hostPort = 0, hostIP = '' }: Fields, index: number): void {
    const addresses = this.#places.get(hostPort) ?? new Map<string, number[]>();
    this.#places.set(hostPort, addresses);
    const places = addresses.get(hostIP);
    if (places) places.push(index);
    else addresses.set(hostIP, [index]);
  }

  /** Which of them clash with a port, in their order, and how. */
  clashes({ hostPort = 0, hostIP = '' }: Fields): [place: number, what: string][] {
    const found: [number, string][] = [];
    const take = (places: readonly number[], what: string) => {
      for (const place of places) found.push([place, what]);
    };
    const own = this.#places.get(hostPort);
    take(own?.get(hostIP) ?? [], 'duplicate');
    for (const [host, addresses] of hostPort === 0 ? this.#places : [[0, this.#places.get(0)] as const]) {
      for (const [ip, places] of addresses ?? []) {
        if (host !== hostPort || ip !== hostIP) take(places, 'overlapping');
      }
    }
    if (hostPort !== 0 && hostIP !== '') take(own?.get('') ?? [], 'dangerously ambiguous');
    if (hostPort !== 0 && hostIP === '') {
      for (const [ip, places] of own ?? []) if (ip !== '') take(places, 'dangerously ambiguous');
    }
    return found.sort(([a], [b]) => a - b);
  }
}

function nameWarnings(ports: readonly Place[], texts: string[]): void {
  const named = new Map<string, string>();
  for (const { at, port } of ports) {
    if (!port.name) continue;
    const first = named.get(port.name);
    if (first === undefined) named.set(port.name, at);
    else {
      const name = JSON.stringify(port.name);
      texts.push(
        `${at}: duplicate port name ${name} with ${first}, services and probes that select ports by name will use ${first}`,
      );
    }
  }
}
