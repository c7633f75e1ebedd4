import type { KubeObject } from '../../api/meta.ts';
import { containerPorts } from '../../store/forwards/target.ts';

/** Kinds that `pf` looks through; of one name the first kind that has it is meant. */
export const pfKinds = ['Service', 'Deployment', 'StatefulSet', 'Pod'] as const;

export type PfAnswer =
  | { type: 'found'; object: KubeObject }
  /** More than one name fits. */
  | { type: 'ambiguous'; candidates: readonly string[] }
  /** Nothing fits; what there is. */
  | { type: 'unknown'; candidates: readonly string[] };

/**
 * Which object a word means: the one of that name, else the one whose name begins with it. Pods of
 * one owner count as one, and as none where something that stands before pods fits.
 */
export function resolvePf(word: string, objects: readonly KubeObject[]): PfAnswer {
  const ranked = objects
    .filter((object) => rank(object) >= 0)
    .toSorted((a, b) => rank(a) - rank(b) || nameOf(a).localeCompare(nameOf(b)));
  const exact = ranked.find((object) => nameOf(object) === word);
  if (exact) return { type: 'found', object: exact };
  const begins = ranked.filter((object) => nameOf(object).startsWith(word));
  const leading = begins.some((object) => object.kind !== 'Pod') ? begins.filter((o) => o.kind !== 'Pod') : begins;
  const families = new Map(leading.toReversed().map((object) => [family(object), object]));
  if (families.size === 1) return { type: 'found', object: [...families.values()][0]! };
  const labels = (list: readonly KubeObject[]) => list.map((o) => `${o.kind.toLowerCase()}/${nameOf(o)}`);
  if (families.size > 1) return { type: 'ambiguous', candidates: labels(leading) };
  return { type: 'unknown', candidates: labels(ranked.filter((object) => object.kind !== 'Pod' || !isOwned(object))) };
}

const nameOf = (object: KubeObject): string => object.metadata.name ?? '';
const rank = (object: KubeObject): number => pfKinds.indexOf(object.kind as (typeof pfKinds)[number]);

function isOwned(object: KubeObject): boolean {
  return (object.metadata.ownerReferences ?? []).length > 0;
}

/** Objects that are the same thing to a user: of one name, or pods of one owner. */
function family(object: KubeObject): string {
  const owner = object.kind === 'Pod' ? object.metadata.ownerReferences?.find((o) => o.controller) : undefined;
  return owner ? `pods of ${owner.uid}` : nameOf(object);
}

export interface PfPort {
  /** As `port-forward` takes it: number of the service port or container port. */
  remote: number;
  name: string;
}

/** Ports that speak HTTP by name or number go first where an object has several. */
const WEB_NAMES = /^(https?|web|ui|www)(-|$)/;
const WEB_NUMBERS = new Set([80, 8080, 443, 8443, 3000, 8000]);

/** The port a user most likely wants; undefined where the object declares none. */
export function choosePort(object: KubeObject): PfPort | undefined {
  const declared: PfPort[] =
    object.kind === 'Service'
      ? (object.spec?.ports ?? []).map((port: { port: number; name?: string }) => ({
          remote: port.port,
          name: port.name ?? '',
        }))
      : containerPorts(object.kind === 'Pod' ? object.spec : object.spec?.template?.spec).map((port) => ({
          remote: port.containerPort,
          name: port.name ?? '',
        }));
  return (
    declared.find((port) => WEB_NAMES.test(port.name)) ??
    declared.find((port) => WEB_NUMBERS.has(port.remote)) ??
    declared[0]
  );
}

/**
 * Local ports to try, best first: the same number, its neighbours, any. Privileged ports are met 8000 higher,
 * so that the URL is the same for every user and root does not take a port 80 that others may want.
 */
export function localCandidates(remote: number): number[] {
  const base = remote < 1024 ? remote + 8000 : remote;
  const near = Array.from({ length: 20 }, (_, index) => base + index).filter((port) => port <= 65_535);
  return [...near, 0];
}

const TLS_PORTS = new Set([443, 6443, 8443, 9443]);
/** Well-known servers that no browser can talk to. */
const PLAIN_PORTS = new Set([3306, 5432, 5672, 6379, 9092, 11211, 26257, 27017, 53, 25, 22]);

/** `http://localhost:8080`, or `localhost:5432` where the port is no web server's. */
export function localUrl(local: number, { remote, name }: PfPort): string {
  if (PLAIN_PORTS.has(remote) || /^(tcp|grpc|redis|postgres|mysql|amqp|mongo)/.test(name)) return `localhost:${local}`;
  const scheme = TLS_PORTS.has(remote) || name.startsWith('https') ? 'https' : 'http';
  return `${scheme}://localhost:${local}`;
}
