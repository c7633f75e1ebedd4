import type { KubeObject } from '../../api/meta.ts';
import { Causes } from '../../api/validation/causes.ts';
import { internalError, plainError } from '../errors.ts';
import type { AdmissionRequest } from '../registry/machine.ts';

/** Source: Kubernetes pkg/registry/core/service/storage/alloc.go and storage.go, patchAllocatedValues. */

const FIRST = 30_000;
const LAST = 32_767;
/** What a dry run gives where a port would be chosen: numbers beyond the range. */
const FIRST_DRY = LAST + 2;

interface ServicePort {
  name?: string;
  port: number;
  protocol?: string;
  nodePort?: number;
}

// biome-ignore lint/suspicious/noExplicitAny: the spec of a service as it came.
type Spec = Record<string, any>;

const portsOf = (spec: Spec | undefined): ServicePort[] => (spec?.ports ?? []) as ServicePort[];
const isOpen = ({ type }: Spec): boolean => type === 'NodePort' || type === 'LoadBalancer';
/** Whether ports are chosen where none are asked for. */
const isGiven = (spec: Spec): boolean =>
  spec.type === 'NodePort' || (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false);
const isProbed = (spec: Spec): boolean => spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local';

const numbersOf = (spec: Spec | undefined): number[] => portsOf(spec).flatMap(({ nodePort }) => nodePort || []);

/** Gives ports for the length of one request. */
class Giver {
  readonly #taken: Set<number>;
  readonly #own: number[] = [];
  readonly #dryRun: boolean;
  readonly #random: () => number;

  constructor(services: readonly KubeObject[], { dryRun, machine }: AdmissionRequest) {
    this.#taken = new Set(
      services.flatMap(({ spec }) => [
        ...numbersOf(spec),
        ...(isProbed(spec ?? {}) ? [spec!.healthCheckNodePort] : []),
      ]),
    );
    this.#dryRun = dryRun;
    this.#random = machine.random;
  }

  /** Why the port cannot be had; undefined once it is. */
  take(port: number): string | undefined {
    if (this.#taken.has(port)) return 'provided port is already allocated';
    if (!this.#dryRun && (port < FIRST || port > LAST)) {
      return `provided port is not in the valid range. The range of valid ports is ${FIRST}-${LAST}`;
    }
    this.#taken.add(port);
    this.#own.push(port);
    return undefined;
  }

  next(): number {
    const port = this.#dryRun ? this.#guess() : this.#free();
    this.#taken.add(port);
    this.#own.push(port);
    return port;
  }

  #guess(): number {
    return this.#own.length === 0 ? FIRST_DRY : Math.max(0, ...this.#own) + 1;
  }

  #free(): number {
    const count = LAST - FIRST + 1;
    const start = Math.floor(this.#random() * count);
    for (let step = 0; step < count; step++) {
      const port = FIRST + ((start + step) % count);
      if (!this.#taken.has(port)) return port;
    }
    throw internalError('failed to allocate a nodePort: range is full');
  }
}

/** Throws what `refuse` throws of a port that cannot be had. `services`: whose ports are taken. */
export function giveNodePorts(
  request: AdmissionRequest,
  services: readonly KubeObject[],
  refuse: (causes: Causes) => void,
): void {
  const spec = request.object.spec as Spec;
  const old = request.previous?.spec as Spec | undefined;
  if (old) keepPorts(spec, old);
  const giver = new Giver(services, request);
  const take = (at: number, port: number): void => {
    const why = giver.take(port);
    if (!why) return;
    const causes = new Causes();
    causes.invalid(`spec.ports[${at}].nodePort`, port, why);
    refuse(causes);
  };
  if (isOpen(spec)) {
    if (old) changePorts(spec, old, giver, take);
    else initPorts(spec, giver, take);
  }
  if (!isProbed(spec) || (old && isProbed(old))) return;
  if (!spec.healthCheckNodePort) spec.healthCheckNodePort = giver.next();
  else {
    const why = giver.take(spec.healthCheckNodePort);
    const what = `failed to allocate requested HealthCheck NodePort ${spec.healthCheckNodePort}`;
    if (why) throw internalError(`${what}: ${why}`);
  }
}

/** A client that leaves out a port that was given does not lose it: ports are known by name. */
function keepPorts(spec: Spec, old: Spec): void {
  if (isGiven(old) && isGiven(spec)) {
    const now = numbersOf(spec);
    const used = new Set(numbersOf(old).filter((one) => now.includes(one)));
    const byName = new Map(portsOf(old).map(({ name = '', nodePort }) => [name, nodePort]));
    for (const port of portsOf(spec)) {
      const known = byName.get(port.name ?? '');
      if (!port.nodePort && known && !used.has(known)) port.nodePort = known;
    }
  }
  if (isProbed(old) && isProbed(spec)) spec.healthCheckNodePort ||= old.healthCheckNodePort;
}

/** Ports of one number and several protocols share a node port. */
function initPorts(spec: Spec, giver: Giver, take: (at: number, port: number) => void): void {
  const given = new Map<number, number>();
  const ports = portsOf(spec);
  for (const [at, port] of ports.entries()) {
    if (!port.nodePort && !isGiven(spec)) continue;
    const known = given.get(port.port);
    if (known === undefined) {
      const wanted = ports.find((one) => one.port === port.port && one.nodePort)?.nodePort;
      if (wanted) take(at, wanted);
      port.nodePort = wanted ?? giver.next();
      given.set(port.port, port.nodePort);
    } else if (!port.nodePort) port.nodePort = known;
    else if (port.nodePort !== known) take(at, port.nodePort);
  }
}

function changePorts(spec: Spec, old: Spec, giver: Giver, take: (at: number, port: number) => void): void {
  const known = new Set(numbersOf(old));
  const seen = new Set<string>();
  for (const [at, port] of portsOf(spec).entries()) {
    if (!port.nodePort) {
      if (!isGiven(spec)) continue;
      port.nodePort = giver.next();
    } else if (!known.has(port.nodePort)) {
      take(at, port.nodePort);
      known.add(port.nodePort);
    }
    const key = `${port.protocol} ${port.nodePort}`;
    if (seen.has(key)) throw plainError(`duplicate nodePort: {${port.protocol} ${port.nodePort}}`);
    seen.add(key);
  }
}
