import type { KubeObject } from '../../api/meta.ts';
import type { AdmissionPlugin, Machine } from '../registry/machine.ts';
import { refusal } from './refuse.ts';

interface Toleration {
  key?: string;
  operator?: string;
  effect?: string;
  tolerationSeconds?: number;
}

const TOLERATION_SECONDS = 300;
const WAITED_FOR = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

/** DefaultTolerationSeconds: a pod stays five minutes on a node that went away. */
export const defaultTolerations: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  admit({ operation, resource, object, subresource }) {
    if (operation !== 'CREATE' && operation !== 'UPDATE') return;
    if (resource.storage !== 'pods' || subresource) return;
    const tolerations = (object.spec?.tolerations ?? []) as Toleration[];
    const missing = WAITED_FOR.filter(
      (taint) => !tolerations.some(({ key, effect }) => (!key || key === taint) && (!effect || effect === 'NoExecute')),
    );
    if (missing.length === 0) return;
    object.spec.tolerations = [
      ...tolerations,
      ...missing.map((key) => ({
        key,
        operator: 'Exists',
        effect: 'NoExecute',
        tolerationSeconds: TOLERATION_SECONDS,
      })),
    ];
  },
};

/** Priorities that exist in every cluster, with or without their objects. */
const SYSTEM_PRIORITIES: Readonly<Record<string, number>> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
};

const CLASSES = 'priorityclasses.scheduling.k8s.io';

/** Priority: the number behind `priorityClassName`, else the global default, else 0. */
export const podPriority: AdmissionPlugin = {
  name: 'Priority',
  admit(request) {
    const { operation, resource, object, previous, subresource, machine } = request;
    if (resource.storage !== 'pods' || subresource || !object.spec) return;
    const { spec } = object;
    if (operation === 'UPDATE') {
      // Who leaves out what was computed does not change it.
      spec.priority ??= previous?.spec?.priority;
      spec.preemptionPolicy ??= previous?.spec?.preemptionPolicy;
      return;
    }
    if (operation !== 'CREATE') return;
    const named = spec.priorityClassName as string | undefined;
    const chosen = named ? classNamed(machine, named) : globalDefault(machine);
    if (named && !chosen) throw refusal(request, `no PriorityClass with name ${named} was found`);
    const value = chosen?.value ?? 0;
    if (spec.priority !== undefined && spec.priority !== value) {
      throw refusal(
        request,
        `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
      );
    }
    const policy = chosen?.preemptionPolicy ?? 'PreemptLowerPriority';
    if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== policy) {
      throw refusal(
        request,
        `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`,
      );
    }
    spec.priority = value;
    if (chosen) spec.priorityClassName = chosen.name;
    spec.preemptionPolicy = policy;
  },
  check(request) {
    const { operation, resource, object, machine } = request;
    if (resource.storage !== CLASSES || operation === 'DELETE' || object.globalDefault !== true) return;
    const other = machine.store
      .list(CLASSES)
      .find((one) => one.globalDefault === true && one.metadata.name !== object.metadata.name);
    if (other) {
      throw refusal(
        request,
        `PriorityClass ${other.metadata.name} is already marked as default. Only one default can exist`,
      );
    }
  },
};

interface ChosenClass {
  name: string;
  value: number;
  preemptionPolicy?: string;
}

const fromObject = (object: KubeObject): ChosenClass => ({
  name: object.metadata.name ?? '',
  value: Number(object.value ?? 0),
  ...(object.preemptionPolicy ? { preemptionPolicy: object.preemptionPolicy as string } : {}),
});

function classNamed(machine: Machine, name: string): ChosenClass | undefined {
  const object = machine.store.get(CLASSES, undefined, name);
  if (object) return fromObject(object);
  const value = SYSTEM_PRIORITIES[name];
  return value === undefined ? undefined : { name, value };
}

function globalDefault(machine: Machine): ChosenClass | undefined {
  const defaults = machine.store.list(CLASSES).filter((object) => object.globalDefault === true);
  return defaults.map(fromObject).sort((a, b) => a.value - b.value)[0];
}
