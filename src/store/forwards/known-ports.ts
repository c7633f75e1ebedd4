import type { KubeObject } from '../../api/meta.ts';
import { type ContainerPort, containerPorts, type ServicePort } from './target.ts';

/** A port of an object that can be forwarded to, and what is known of it. */
export interface KnownPort {
  /** Number of the service port or container port: what `[LOCAL:]REMOTE` takes. */
  remote: number;
  /** '' where it has none. */
  name: string;
  /** Of containers; '' for ports of services. */
  container: string;
  /** Local port that an annotation asks for. */
  local?: number;
  /** Name that an annotation gives the forward. */
  alias?: string;
  /**
   * Who says so: the object's own list of ports, k9s' annotations (`k9s-auto` asks to be forwarded without a
   * question), or kftray's.
   */
  from: 'declared' | 'k9s-auto' | 'k9s' | 'kftray';
}

/** Ports that speak HTTP by name or number go first where an object has several. */
const WEB_NAMES = /^(https?|web|ui|www)(-|$)/;
const WEB_NUMBERS = new Set([80, 8080, 443, 8443, 3000, 8000]);

const order: readonly KnownPort['from'][] = ['k9s-auto', 'k9s', 'kftray'];

/**
 * TCP ports of a pod, workload or service, likeliest first: those that annotations name, then those that look like a
 * web server's, then the others as they are declared.
 *
 * @param pod one of the pods behind a service, for its annotations
 */
export function knownPorts(object: KubeObject, pod?: KubeObject): KnownPort[] {
  const declared = declaredPorts(object);
  const asked = [...k9sPorts(object, declared, pod), ...kftrayPorts(object, declared)].toSorted(
    (a, b) => order.indexOf(a.from) - order.indexOf(b.from),
  );
  const named = new Set(asked.map(({ remote }) => remote));
  const rest = declared.filter(({ remote }) => !named.has(remote));
  const byName = rest.filter(({ name }) => WEB_NAMES.test(name));
  const byNumber = rest.filter((port) => !byName.includes(port) && WEB_NUMBERS.has(port.remote));
  const others = rest.filter((port) => !byName.includes(port) && !byNumber.includes(port));
  return unique([...asked, ...byName, ...byNumber, ...others]);
}

function unique(ports: readonly KnownPort[]): KnownPort[] {
  const seen = new Set<number>();
  return ports.filter(({ remote }) => !seen.has(remote) && seen.add(remote));
}

const isTcp = ({ protocol }: { protocol?: string }): boolean => (protocol ?? 'TCP') === 'TCP';

function podSpec(object: KubeObject): KubeObject['spec'] {
  return object.kind === 'Pod' ? object.spec : object.spec?.template?.spec;
}

function declaredPorts(object: KubeObject): KnownPort[] {
  if (object.kind === 'Service') {
    const ports: ServicePort[] = object.spec?.ports ?? [];
    return ports
      .filter(isTcp)
      .map(({ port, name = '' }) => ({ remote: port, name, container: '', from: 'declared' as const }));
  }
  return ((podSpec(object)?.containers ?? []) as { name: string; ports?: ContainerPort[] }[]).flatMap((container) =>
    (container.ports ?? []).filter(isTcp).map(({ containerPort, name = '' }) => ({
      remote: containerPort,
      name,
      container: container.name,
      from: 'declared' as const,
    })),
  );
}

/** `container::[local:]port` with commas between (k9s, "FastForwards"); a port is a number or a name. */
const K9S = /^(?:([\w.-]+)::)?(?:(\d+):)?([\w-]+)$/;

function k9sPorts(object: KubeObject, declared: readonly KnownPort[], pod: KubeObject | undefined): KnownPort[] {
  const bearer = object.kind === 'Service' ? pod : object;
  if (!bearer) return [];
  const annotations = annotationsOf(bearer);
  const parts = (['k9s-auto', 'k9s'] as const).flatMap((from) =>
    (annotations[from === 'k9s-auto' ? 'k9scli.io/auto-port-forwards' : 'k9scli.io/port-forwards'] ?? '')
      .split(',')
      .map((text) => ({ from, text: text.trim() })),
  );
  return parts.flatMap(({ from, text }) => {
    const [, container, local, port = ''] = K9S.exec(text) ?? [];
    if (port === '') return [];
    const known = object.kind === 'Service' ? ofService(object, bearer, port) : ofContainer(declared, container, port);
    return known ? [{ ...known, from, ...localOf(local) }] : [];
  });
}

function ofContainer(
  declared: readonly KnownPort[],
  container: string | undefined,
  port: string,
): KnownPort | undefined {
  const mine = declared.filter((each) => container === undefined || each.container === container);
  const found = mine.find(({ remote, name }) => name === port || String(remote) === port);
  if (found || !isPort(port)) return found;
  // A port may be open without being declared.
  return { remote: Number(port), name: '', container: container ?? '', from: 'declared' };
}

/** The port of a service that leads to that port of its pod. */
function ofService(service: KubeObject, pod: KubeObject, port: string): KnownPort | undefined {
  const number = isPort(port)
    ? Number(port)
    : containerPorts(pod.spec).find(({ name }) => name === port)?.containerPort;
  const found = ((service.spec?.ports ?? []) as ServicePort[]).find(({ port: own, targetPort = own }) =>
    typeof targetPort === 'number' ? targetPort === number : targetPort === port,
  );
  return found && { remote: found.port, name: found.name ?? '', container: '', from: 'declared' };
}

/** `alias-local-target` with commas between, on services (kftray, "auto import"); an alias may have dashes itself. */
const KFTRAY = /^(.+)-(\d+)-([a-z\d]+)$/i;

function kftrayPorts(object: KubeObject, declared: readonly KnownPort[]): KnownPort[] {
  const annotations = object.metadata.annotations ?? {};
  if (object.kind !== 'Service' || annotations['kftray.app/enabled'] === 'false') return [];
  return (annotations['kftray.app/configs'] ?? '').split(',').flatMap((text) => {
    const [, alias, local, target = ''] = KFTRAY.exec(text.trim()) ?? [];
    const behind = ((object.spec?.ports ?? []) as ServicePort[]).find(
      ({ targetPort }) => String(targetPort) === target,
    );
    const known =
      declared.find(({ name, remote }) => name === target || String(remote) === target) ??
      declared.find(({ remote }) => remote === behind?.port);
    return known && alias ? [{ ...known, from: 'kftray' as const, alias, ...localOf(local) }] : [];
  });
}

function annotationsOf(object: KubeObject): Record<string, string> {
  const own = object.metadata.annotations ?? {};
  return object.kind === 'Pod' ? own : { ...own, ...object.spec?.template?.metadata?.annotations };
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) > 0 && Number(text) <= 65_535;
}

function localOf(text: string | undefined): { local?: number } {
  return text !== undefined && isPort(text) ? { local: Number(text) } : {};
}
