import type { KubeObject } from '../../api/meta.ts';
import { type Timer, timestamp } from '../clock.ts';
import { createObject } from '../registry/create.ts';
import { jsonEqual } from '../registry/equal.ts';
import { type Machine, type Outcome, SYSTEM_USER } from '../registry/machine.ts';
import { updateObject } from '../registry/update.ts';
import { flowSchemas, priorityLevels } from './objects.ts';

const GROUP = 'flowcontrol.apiserver.k8s.io';
const FLOWS = `flowschemas.${GROUP}`;
const LEVELS = `prioritylevelconfigurations.${GROUP}`;
/** `true` where the server keeps the spec; somebody who changes an object sets it to `false`. */
const KEPT = 'apf.kubernetes.io/autoupdate-spec';
const MANDATORY = ['exempt', 'catch-all'];
const PERIOD_MS = 60_000;

const kinds = [
  { storage: LEVELS, kind: 'PriorityLevelConfiguration', objects: priorityLevels },
  { storage: FLOWS, kind: 'FlowSchema', objects: flowSchemas },
] as const;

/** What a webhook refuses is tried again a minute later. */
function letGo(outcome: () => Outcome<unknown>): void {
  try {
    const pending = outcome();
    if (pending instanceof Promise) pending.catch(() => {});
  } catch {
    // As above.
  }
}

const producer = { user: SYSTEM_USER, manager: 'api-priority-and-fairness-config-producer-v1' };
const consumer = { user: SYSTEM_USER, manager: 'api-priority-and-fairness-config-consumer-v1' };

/** Makes what is missing, and brings back what was changed and is still the server's to keep. */
function ensure(machine: Machine): void {
  for (const { storage, kind, objects } of kinds) {
    const resource = machine.catalog.named(storage)!;
    for (const [name, wanted] of Object.entries(objects)) {
      const object = machine.store.get(storage, undefined, name);
      if (!object) {
        const metadata = { name, annotations: { [KEPT]: 'true' } } as KubeObject['metadata'];
        const made = { apiVersion: `${GROUP}/v1`, kind, metadata, spec: structuredClone(wanted) };
        letGo(() => createObject(machine, resource, undefined, made, producer));
        continue;
      }
      const isKept = MANDATORY.includes(name) || object.metadata.annotations?.[KEPT] === 'true';
      // How much the exempt level lends is for administrators to say.
      const spec = storage === LEVELS && name === 'exempt' ? { ...wanted, exempt: object.spec?.exempt } : wanted;
      if (!isKept || jsonEqual(object.spec, spec)) continue;
      const change = (old: KubeObject) => ({ ...structuredClone(old), spec: structuredClone(spec) });
      letGo(() => updateObject(machine, resource, undefined, name, change, producer));
    }
  }
}

interface Condition {
  type: string;
  status: string;
  reason: string;
}

/** Tells each flow schema whether there is the priority level that it refers to. */
function tell(machine: Machine): void {
  const resource = machine.catalog.named(FLOWS)!;
  for (const { metadata, spec, status } of machine.store.list(FLOWS)) {
    const level = String(spec?.priorityLevelConfiguration?.name ?? '');
    const isThere = machine.store.get(LEVELS, undefined, level) !== undefined;
    const conditions = (status?.conditions ?? []) as Condition[];
    const wanted = isThere
      ? { status: 'False', reason: 'Found', text: 'and it exists' }
      : { status: 'True', reason: 'NotFound', text: 'but there is no such object' };
    const old = conditions.find(({ type }) => type === 'Dangling');
    if (old?.status === wanted.status && old.reason === wanted.reason) continue;
    const condition = {
      type: 'Dangling',
      status: wanted.status,
      lastTransitionTime: timestamp(machine.clock),
      reason: wanted.reason,
      message: `This FlowSchema references the PriorityLevelConfiguration object named ${JSON.stringify(level)} ${wanted.text}`,
    };
    const others = conditions.filter(({ type }) => type !== 'Dangling');
    const change = (stored: KubeObject) => ({
      ...structuredClone(stored),
      status: { conditions: [...others, condition] },
    });
    letGo(() =>
      updateObject(machine, resource, undefined, metadata.name ?? '', change, { ...consumer, subresource: 'status' }),
    );
  }
}

/**
 * Keeps the flow schemas and priority levels that every cluster has, now and within a minute after somebody
 * changed them, and says of each flow schema whether its priority level exists. Returns the stop. Source:
 * kube-apiserver, pkg/registry/flowcontrol/rest/storage_flowcontrol.go and k8s.io/apiserver,
 * pkg/util/flowcontrol.
 */
export function followFlowControl(machine: Machine): () => void {
  ensure(machine);
  tell(machine);
  let isDue = false;
  let timer: Timer | undefined;
  const stop = machine.store.subscribe('*', ({ resource, type }) => {
    if (resource !== FLOWS && resource !== LEVELS) return;
    if (type !== 'ADDED') {
      timer ??= machine.clock.after(PERIOD_MS, () => {
        timer = undefined;
        ensure(machine);
      });
    }
    if (isDue) return;
    isDue = true;
    queueMicrotask(() => {
      isDue = false;
      tell(machine);
    });
  });
  return () => {
    stop();
    timer?.cancel();
  };
}
