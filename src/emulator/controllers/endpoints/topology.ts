import type { KubeObject } from '../../../api/meta.ts';
import { quantityValue } from '../../../lib/quantity.ts';
import type { Lister } from '../../client.ts';
import type { Endpoint, SliceContent } from './plan-slices.ts';

export const ZONE = 'topology.kubernetes.io/zone';
const MODES = ['service.kubernetes.io/topology-aware-hints', 'service.kubernetes.io/topology-mode'];
const NOT_COUNTED = ['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master'];
/** By this share more than its part a zone's endpoints may have to carry. */
const OVERLOAD = 0.2;

const NO_NODES = 'Insufficient Node information: allocatable CPU or zone not specified on one or more nodes';
const NO_ZONE = 'One or more endpoints do not have a zone specified';

/** What a zone's share of the endpoints comes to. */
interface Allocation {
  least: number;
  most: number;
  wanted: number;
}
type Counts = Map<string, number>;
type Hinted = Endpoint & { hints?: { forZones?: { name: string }[] }; zone?: string };

/** Whether the service asks for hints in proportion to its zones' processors. */
export function asksForTopology({ metadata }: KubeObject): boolean {
  const mode = MODES.map((name) => metadata.annotations?.[name]).find((value) => value !== undefined);
  return mode === 'Auto' || mode === 'auto';
}

const isReady = (endpoint: Endpoint): boolean =>
  (endpoint['conditions'] as { ready?: boolean } | undefined)?.ready === true;
const add = (counts: Counts, zone: string, by: number): unknown => counts.set(zone, (counts.get(zone) ?? 0) + by);
const leastOf = (count: number): number => Math.ceil(count / (1 + OVERLOAD));

const isReadyNode = ({ status }: KubeObject): boolean =>
  status?.conditions?.find(({ type }: { type: string }) => type === 'Ready')?.status === 'True';

/** The share that each zone has of the processors of all ready nodes; undefined where that is not known, or one zone has all. */
function sharesOf(lister: Lister): Counts | undefined {
  const cores: Counts = new Map();
  for (const node of lister.list<KubeObject>('nodes')) {
    const labels = node.metadata.labels ?? {};
    if (NOT_COUNTED.some((name) => name in labels) || !isReadyNode(node)) continue;
    const zone = labels[ZONE];
    const cpu = quantityValue(node['status']?.allocatable?.cpu ?? '0');
    if (!zone || cpu === 0) return undefined;
    add(cores, zone, cpu);
  }
  if (cores.size < 2) return undefined;
  const all = [...cores.values()].reduce((sum, one) => sum + one, 0);
  return new Map([...cores].sort(([a], [b]) => (a < b ? -1 : 1)).map(([zone, one]) => [zone, one / all]));
}

/**
 * Spreads the endpoints of a service over zones as its nodes' processors are (k8s.io/endpointslice topologycache,
 * KEP-2433). Upstream goes through zones in a random order; here they go by their names.
 */
export class Topology {
  readonly #lister: Lister;
  /** How many endpoints each zone was given, by service and family of addresses. */
  readonly #given = new Map<string, Map<string, Counts>>();

  constructor(lister: Lister) {
    this.#lister = lister;
  }

  has(service: string): boolean {
    return this.#given.has(service);
  }

  forget(service: string, family?: string): void {
    const given = this.#given.get(service);
    if (family !== undefined) given?.delete(family);
    if (family === undefined || given?.size === 0) this.#given.delete(service);
  }

  /** Services in which some zone has to carry too much, as the nodes are now. */
  overloaded(): string[] {
    const shares = sharesOf(this.#lister);
    const isOverloaded = (counts: Counts): boolean => {
      const all = [...counts.values()].reduce((sum, one) => sum + one, 0);
      if (counts.size === 0 || !shares) return counts.size > 0;
      return [...shares].some(([zone, share]) => (counts.get(zone) ?? -1) < leastOf(all * share));
    };
    return [...this.#given].flatMap(([key, families]) => ([...families.values()].some(isOverloaded) ? [key] : []));
  }

  /** How many of so many endpoints each zone should get, or why none can be said. */
  allocate(count: number): Map<string, Allocation> | string {
    const shares = sharesOf(this.#lister);
    if (!shares) return NO_NODES;
    const told = `(${count} endpoints, ${shares.size} zones)`;
    if (shares.size > count) return `Insufficient number of endpoints ${told}`;
    const plan = new Map<string, Allocation>();
    for (const [zone, share] of shares) {
      const least = leastOf(share * count);
      plan.set(zone, { least, most: 0, wanted: Math.max(share * count, least) });
    }
    const needed = [...plan.values()].reduce((sum, { least }) => sum + least, 0);
    if (needed > count) {
      return `Unable to allocate minimum required endpoints to each zone without exceeding overload threshold ${told}`;
    }
    for (const one of plan.values()) one.most = one.least + count - needed;
    return plan;
  }

  /**
   * Gives hints to what is written anyway; a slice that stays and does not fit is written, too.
   * @returns why it cannot be done; undefined: it is
   */
  assign(
    service: string,
    family: string,
    plan: ReadonlyMap<string, Allocation>,
    write: SliceContent[],
    unchanged: readonly KubeObject[],
  ): string | undefined {
    const counts: Counts = new Map();
    for (const slice of unchanged) {
      const kept = keptBy(slice['endpoints'] ?? [], plan, counts);
      if (kept) for (const [zone, count] of kept) add(counts, zone, count);
      else write.push({ slice, ports: slice['ports'] ?? [], endpoints: structuredClone(slice['endpoints'] ?? []) });
    }
    for (const { endpoints } of write) {
      for (const [index, endpoint] of endpoints.entries()) {
        const { hints: _before, ...rest } = endpoint as Hinted;
        const zone = rest.zone;
        if (!isReady(endpoint)) endpoints[index] = rest;
        else if (!zone) return NO_ZONE;
        else {
          endpoints[index] = { ...rest, hints: { forZones: [{ name: zone }] } };
          add(counts, zone, 1);
        }
      }
    }
    redistribute(write, plan, counts);
    if (counts.size === 0) return 'No hints allocated for zones';
    const given = this.#given.get(service) ?? new Map<string, Counts>();
    this.#given.set(service, given.set(family, counts));
    return undefined;
  }
}

/** The hints of a slice by zone; undefined where they are not what they should be any more. */
function keptBy(
  endpoints: readonly Hinted[],
  plan: ReadonlyMap<string, Allocation>,
  counts: Counts,
): Counts | undefined {
  const kept: Counts = new Map();
  for (const endpoint of endpoints.filter(isReady)) {
    const zones = endpoint.hints?.forZones ?? [];
    if (zones.length === 0 || zones.some(({ name }) => !plan.has(name))) return undefined;
    for (const { name } of zones) add(kept, name, 1);
  }
  const isTooMuch = [...kept].some(([zone, count]) => count + (counts.get(zone) ?? 0) > plan.get(zone)!.most);
  return isTooMuch ? undefined : kept;
}

/** Who gives how many, and who gets them: always from the zone with the most too many to that with the most too few. */
function exchanges(plan: ReadonlyMap<string, Allocation>, counts: Counts): [giving: Counts, receiving: Counts] {
  const over: Counts = new Map();
  const under: Counts = new Map();
  for (const [zone, { wanted }] of plan) {
    const difference = (counts.get(zone) ?? 0) - wanted;
    if (difference > 0) over.set(zone, difference);
    if (difference < 0) under.set(zone, -difference);
  }
  const most = (zones: Counts) => [...zones].reduce((best, one) => (one[1] > best[1] ? one : best), ['', 0]);
  const giving: Counts = new Map();
  const receiving: Counts = new Map();
  for (;;) {
    const [from, give] = most(over);
    const [to, take] = most(under);
    if (!from || !to || (give < 1 && take < 1) || give < 0.5 || take < 0.5) return [giving, receiving];
    add(giving, from, 1);
    add(over, from, -1);
    add(receiving, to, 1);
    add(under, to, -1);
  }
}

function redistribute(write: readonly SliceContent[], plan: ReadonlyMap<string, Allocation>, counts: Counts): void {
  const [giving, receiving] = exchanges(plan, counts);
  for (const endpoint of write.flatMap(({ endpoints }) => endpoints as Hinted[])) {
    const to = [...receiving].find(([, left]) => left > 0)?.[0];
    if (to === undefined) return;
    const { zone = '' } = endpoint;
    if (!isReady(endpoint) || (giving.get(zone) ?? 0) <= 0) continue;
    endpoint.hints = { forZones: [{ name: to }] };
    add(giving, zone, -1);
    add(receiving, to, -1);
    add(counts, zone, -1);
    add(counts, to, 1);
  }
}
