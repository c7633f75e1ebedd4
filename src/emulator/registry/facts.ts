import { applyDefaults as applyBuiltinDefaults } from '../../api/defaults.ts';
import type { KubeObject, ManagedFieldsEntry } from '../../api/meta.ts';
import { apiVersionOf } from '../../api/resource.ts';
import { type StructuralSchema, trackUpdate, UntypedError, type UpdateRequest } from '../../api/server-side-apply.ts';
import { timestamp } from '../clock.ts';
import type { ServedResource } from './catalog.ts';
import { servedForm, toServed } from './convert.ts';
import type { Machine, WriteOptions } from './machine.ts';
import { otherVersions } from './versions.ts';

/** Server defaulting, in place. Custom kinds got theirs when they were decoded. */
export function applyDefaults(object: KubeObject, resource: ServedResource): void {
  if (!resource.custom) applyBuiltinDefaults(object);
}

/** The schema that tells field managers of a custom kind's lists and maps. */
export function schemaOf(resource: ServedResource): StructuralSchema | undefined {
  return resource.custom?.schema as StructuralSchema | undefined;
}

/** Top-level fields that a write of a custom kind through this endpoint does not touch. */
export function resetOf(resource: ServedResource, subresource: string | undefined): readonly string[] | undefined {
  if (!resource.custom || !resource.hasStatus) return undefined;
  return subresource === 'status' ? ['spec'] : ['status'];
}

/** At the version of the request, and without the empty time that is written in pod templates: nobody sets it. */
function ownable(object: KubeObject, resource: ServedResource): KubeObject {
  if (resource.custom) return object.apiVersion === apiVersionOf(resource) ? object : renamed(object, resource);
  const served = servedForm(object, resource);
  const { template } = served.spec ?? {};
  if (template?.metadata?.creationTimestamp !== null) return served;
  const { creationTimestamp: _, ...metadata } = template.metadata;
  return { ...served, spec: { ...served.spec, template: { ...template, metadata } } };
}

/** What is to be stored at another version has the fields of the request's all the same. */
const renamed = (object: KubeObject, resource: ServedResource): KubeObject => ({
  ...object,
  apiVersion: apiVersionOf(resource),
});

/** Writes down in `object.metadata.managedFields` who owns what this write changed. */
export function trackManagers(
  machine: Machine,
  resource: ServedResource,
  before: KubeObject | undefined,
  object: KubeObject,
  options: WriteOptions,
): void {
  if (options.subresource === 'status' && machine.inThePast?.()) return;
  const was = before && (resource.custom ? toServed(before, resource) : ownable(before, resource));
  const entries = tracked({
    before: was,
    after: ownable(object, resource),
    manager: options.manager,
    now: timestamp(machine.clock),
    subresource: options.subresource,
    schema: schemaOf(resource),
    reset: resetOf(resource, options.subresource),
    versions: otherVersions(machine, resource, object.metadata.managedFields ?? before?.metadata.managedFields),
  });
  if (entries.length > 0) object.metadata.managedFields = entries;
  else delete object.metadata.managedFields;
}

/** Where the fields of an owner cannot be told, nobody owns any (apimachinery, fieldManager.UpdateNoErrors). */
function tracked(request: UpdateRequest): ManagedFieldsEntry[] {
  try {
    return trackUpdate(request);
  } catch (error) {
    if (error instanceof UntypedError) return [];
    throw error;
  }
}
