import type { KubeObject } from '../../../api/meta.ts';
import { findBuiltinKind } from '../../../api/resources.ts';
import { applyStrategicMerge } from '../../../api/strategic-merge.ts';
import { KctlError } from '../../../lib/errors.ts';
import { applyJsonPatch, type JsonPatchOperation } from '../../../lib/patch/json-patch.ts';
import { applyMergePatch, jsonEqual } from '../../../lib/patch/merge-patch.ts';
import type { ApiClient, Lister } from '../../client.ts';
import type { EventRecorder } from '../../controllers/event-recorder.ts';
import type { StageFinalizers, StagePatch, StageStep } from './stage-spec.ts';
import type { Templates } from './templates.ts';

/** What playing a stage needs. */
export interface StepWorld {
  client: ApiClient;
  lister: Lister;
  recorder: EventRecorder;
  templates: Templates;
  /** How the storage calls objects of a kind; undefined: nobody serves it. */
  resourceOf: (apiVersion: string, kind: string) => string | undefined;
}

type Fields = Record<string, unknown>;

/** Which of kwok's programs says so in events. */
const COMPONENT = 'kwok_controller';

/**
 * Does one step to an object.
 * @param seen the object as it was when the stage was chosen: what templates see
 * @returns false once the object is gone
 * @throws TemplateError, KctlError for steps that cannot be done; ApiStatusError
 */
export async function playStep(
  world: StepWorld,
  resource: string,
  seen: KubeObject,
  step: StageStep,
): Promise<boolean> {
  const { client, lister, recorder } = world;
  const { namespace, name } = seen.metadata;
  if (step.event) {
    const { type = 'Normal', reason = '', message = '' } = step.event;
    recorder.record(seen, { type: type === 'Warning' ? 'Warning' : 'Normal', reason, message, component: COMPONENT });
  }
  const now = () => {
    const found = lister.get<KubeObject>(resource, namespace, name!);
    return found?.metadata.uid === seen.metadata.uid ? found : undefined;
  };
  const current = now();
  if (!current) return false;
  if (step.finalizers) {
    const finalizers = changedFinalizers(current.metadata.finalizers ?? [], step.finalizers);
    if (!jsonEqual(finalizers, current.metadata.finalizers ?? []))
      await client.update(resource, { ...current, metadata: { ...current.metadata, finalizers } });
  }
  if (step.delete) {
    if (now()) await client.delete(resource, namespace, name!, { gracePeriodSeconds: 0 });
    return now() !== undefined;
  }
  const latest = now();
  if (!latest) return false;
  if (step.patch) await change(world, resource, latest, step.patch, patchBody(world, seen, step.patch));
  if (step.apply) await apply(world, seen, step.apply);
  return true;
}

/** In the order of kwok (lifecycle/finalizers.go): what goes first, then what comes. */
function changedFinalizers(known: readonly string[], { add = [], remove = [], empty }: StageFinalizers): string[] {
  const gone = new Set(remove.map(({ value }) => value));
  const left = empty ? [] : known.filter((one) => !gone.has(one));
  const more = add.flatMap(({ value }) => (value && !left.includes(value) ? [value] : []));
  return [...left, ...more];
}

function patchBody({ templates }: StepWorld, seen: KubeObject, { template = '', root, type }: StagePatch): unknown {
  const body = templates.render(template, seen);
  if (!root) return body;
  if (type !== 'json') return { [root]: body };
  return (body as JsonPatchOperation[]).map((one) => ({ ...one, path: `/${root}${one.path}` }));
}

async function change(
  { client }: StepWorld,
  resource: string,
  current: KubeObject,
  { type, subresource }: StagePatch,
  body: unknown,
): Promise<void> {
  if (subresource && subresource !== 'status')
    throw new KctlError('input', `stages cannot change the subresource ${subresource}`);
  const { apiVersion = '', kind = '' } = current;
  // Kinds that are not built in have no merge keys.
  const isTyped = findBuiltinKind(apiVersion, kind) !== undefined;
  const how = type ?? (resource === 'pods' || resource === 'nodes' ? 'strategic' : 'merge');
  const next =
    how === 'json'
      ? applyJsonPatch(structuredClone(current), body as JsonPatchOperation[])
      : how === 'merge' || !isTyped
        ? (applyMergePatch(current, body) as KubeObject)
        : applyStrategicMerge(current, body as Fields, apiVersion, kind);
  if (jsonEqual(next, current)) return;
  if (subresource) await client.updateStatus(resource, next);
  else await client.update(resource, next);
}

/** Makes the object that the template tells, or changes it to that. */
async function apply(
  world: StepWorld,
  seen: KubeObject,
  { template = '', subresource, type }: StagePatch,
): Promise<void> {
  const object = world.templates.render(template, seen) as KubeObject;
  const { apiVersion = '', kind = '', metadata } = object;
  const resource = world.resourceOf(apiVersion, kind);
  if (!resource || !metadata?.name)
    throw new KctlError('input', `stages cannot apply ${apiVersion} ${kind} without a name or a server for it`);
  const isBuiltin = findBuiltinKind(apiVersion, kind);
  const namespace = isBuiltin && !isBuiltin.namespaced ? undefined : (metadata.namespace ?? seen.metadata.namespace);
  const placed = { ...object, metadata: { ...metadata, ...(namespace ? { namespace } : {}) } };
  // Whoever else wrote a field before loses it; of a status only what the template says is changed.
  if ((type ?? 'apply') === 'apply' && !subresource) {
    await world.client.apply(resource, placed);
    return;
  }
  const known = world.lister.get<KubeObject>(resource, namespace, metadata.name);
  if (!known && subresource) throw new KctlError('input', `${resource} ${JSON.stringify(metadata.name)} not found`);
  if (known) {
    const how = type === 'merge' ? 'merge' : 'strategic';
    return change(world, resource, known, { type: how, ...(subresource ? { subresource } : {}) }, object);
  }
  await world.client.create(resource, placed);
}
