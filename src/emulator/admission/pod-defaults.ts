import type { KubeObject } from '../../api/meta.ts';
import { forbidden } from '../errors.ts';
import type { AdmissionPlugin, Machine } from '../registry/machine.ts';

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
    if (operation !== 'CREATE' || resource.storage !== 'pods' || subresource) return;
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
  admit({ operation, resource, name, object, subresource, machine }) {
    if (operation !== 'CREATE' || resource.storage !== 'pods' || subresource) return;
    const { spec } = object;
    const named = spec.priorityClassName as string | undefined;
    const chosen = named ? classNamed(machine, named) : globalDefault(machine);
    if (named && !chosen) throw forbidden(resource, name, `no PriorityClass with name ${named} was found`);
    const value = chosen?.value ?? 0;
    if (spec.priority !== undefined && spec.priority !== value) {
      throw forbidden(
        resource,
        name,
        `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
      );
    }
    spec.priority = value;
    if (chosen) spec.priorityClassName = chosen.name;
    spec.preemptionPolicy ??= chosen?.preemptionPolicy ?? 'PreemptLowerPriority';
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
