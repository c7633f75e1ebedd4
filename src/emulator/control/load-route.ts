import type { WorkloadLoad } from '../../api/control/load.ts';
import type { KubeObject } from '../../api/meta.ts';
import { timestamp } from '../clock.ts';
import { LOADED } from '../controllers/load.ts';
import { badRequest, notFound } from '../errors.ts';
import { LOAD, LOAD_FROM, type LoadedResource, parseLoad } from '../runtime/load.ts';
import type { ControlCall } from './call.ts';
import { handleOf } from './components-route.ts';

/** How kinds are called in `TYPE/NAME`. */
const KINDS: Readonly<Record<string, string>> = {
  deployment: 'Deployment',
  deployments: 'Deployment',
  deploy: 'Deployment',
  statefulset: 'StatefulSet',
  statefulsets: 'StatefulSet',
  sts: 'StatefulSet',
  daemonset: 'DaemonSet',
  daemonsets: 'DaemonSet',
  ds: 'DaemonSet',
  replicaset: 'ReplicaSet',
  replicasets: 'ReplicaSet',
  rs: 'ReplicaSet',
  replicationcontroller: 'ReplicationController',
  rc: 'ReplicationController',
  job: 'Job',
  jobs: 'Job',
  cronjob: 'CronJob',
  cj: 'CronJob',
  pod: 'Pod',
  pods: 'Pod',
  po: 'Pod',
};

/** `GET load`: `{ load: WorkloadLoad[] }`, of workloads, not of each of their pods. */
export function listLoad(call: ControlCall): { load: WorkloadLoad[] } {
  const { lister } = handleOf(call).world;
  const load = Object.entries(LOADED).flatMap(([kind, resource]) =>
    lister.list<KubeObject>(resource).flatMap((object) => {
      const told = loadOf(kind, object);
      // A ReplicaSet has the annotations of its Deployment, and a pod those of its workload.
      const isCopy = object.metadata.ownerReferences?.some(({ controller }) => controller) && resource !== 'pods';
      const isHanded = object.metadata.annotations?.[LOAD_FROM] !== undefined;
      return isCopy || isHanded || (told.cpu ?? told.memory) === undefined ? [] : [told];
    }),
  );
  return { load };
}

function loadOf(kind: string, { metadata }: KubeObject): WorkloadLoad {
  const { [LOAD.cpu]: cpu, [LOAD.memory]: memory } = metadata.annotations ?? {};
  return {
    namespace: metadata.namespace ?? '',
    target: `${kind.toLowerCase()}/${metadata.name}`,
    ...(cpu === undefined ? {} : { cpu }),
    ...(memory === undefined ? {} : { memory }),
  };
}

/**
 * `POST load` with `{ namespace, target, cpu?, memory?, over?, every? }`: sets what is named and keeps the rest;
 * `off: true` takes everything back. Answers what is set now.
 */
export async function setLoad(call: ControlCall): Promise<WorkloadLoad> {
  const text = (field: string): string | undefined => {
    const value = call.body[field];
    if (value === undefined || typeof value === 'string') return value;
    throw badRequest(`${field} must be a text`);
  };
  const { client, lister } = handleOf(call).world;
  const { kind, object } = found(call, text('namespace') ?? 'default', text('target') ?? '');
  const resource = LOADED[kind]!;
  const annotations = { ...object.metadata.annotations };
  if (call.body['off'] === true) {
    for (const key of Object.values(LOAD)) delete annotations[key];
  } else {
    const now = timestamp(call.context.machine.clock);
    const wanted = { cpu: text('cpu'), memory: text('memory') };
    if ((wanted.cpu ?? wanted.memory) === undefined) throw badRequest('say what the load is to be');
    for (const [name, value] of Object.entries(wanted)) {
      if (value === undefined) continue;
      annotations[LOAD[name as LoadedResource]] = curveText(value, { over: text('over'), every: text('every'), now });
    }
  }
  // What a pod is told itself goes before what its workload was told.
  if (kind === 'Pod') delete annotations[LOAD_FROM];
  const current = lister.get<KubeObject>(resource, object.metadata.namespace, object.metadata.name!)!;
  const changed = { ...current, metadata: { ...current.metadata, annotations } };
  return loadOf(kind, await client.update<KubeObject>(resource, changed));
}

/** @throws ApiStatusError 400 */
function curveText(value: string, how: { over: string | undefined; every: string | undefined; now: string }): string {
  const { over, every, now } = how;
  const text =
    over !== undefined ? `${value} over ${over} from ${now}` : every !== undefined ? `${value} every ${every}` : value;
  if (over !== undefined && every !== undefined)
    throw badRequest('a load goes over a time once or again and again, not both');
  const isCurve = value.includes('..');
  const isTimed = over !== undefined || every !== undefined;
  if (isCurve !== isTimed) throw badRequest('a load that changes needs both, from..to and a time to do so');
  if (!parseLoad(text)) {
    throw badRequest(`${JSON.stringify(text)} is no load: it is a share such as 80% or an amount such as 250m or 64Mi`);
  }
  return text;
}

/** @throws ApiStatusError 400, 404 */
function found(call: ControlCall, namespace: string, target: string): { kind: string; object: KubeObject } {
  const [type = '', name, more] = target.split('/');
  const kind = KINDS[type.toLowerCase().split('.')[0]!];
  if (!kind || !name || more !== undefined) {
    throw badRequest(`${JSON.stringify(target)} is no workload: say it as TYPE/NAME, such as deploy/web`);
  }
  const object = handleOf(call).world.lister.get<KubeObject>(LOADED[kind]!, namespace, name);
  if (object) return { kind, object };
  const [plural = '', group = ''] = LOADED[kind]!.split('.');
  throw notFound({ group, plural }, name);
}
