import type { KubeObject, ManagedFieldsEntry } from '../../api/meta.ts';
import { apiVersionOf } from '../../api/resource.ts';
import { typeSchema } from '../../api/schema.ts';
import type { ServedResource } from '../registry/catalog.ts';
import { toStored } from '../registry/convert.ts';
import { decodeObject } from '../registry/decode.ts';
import { jsonEqual } from '../registry/equal.ts';
import { applyDefaults } from '../registry/facts.ts';
import type { AdmissionRequest } from '../registry/machine.ts';

const INVALID_MANAGERS =
  '.metadata.managedFields was in an invalid state after admission; this could be caused by an outdated mutating admission controller; please fix your requests: ';

/**
 * Makes the object of a request what somebody outside made of it: decoded anew (fields that the type
 * does not have go), defaulted, in the storage version.
 * @param changed in the version of `matched`; given away
 * @returns whether it is another object now
 */
export function takeOver(request: AdmissionRequest, changed: KubeObject, matched: ServedResource): boolean {
  const { object } = request;
  const resource = request.kind ? ownKind(matched, request.kind) : matched;
  if (!request.kind && !resource.custom && !typeSchema(changed.apiVersion, changed.kind)) {
    throw new Error(
      `no kind ${JSON.stringify(changed.kind)} is registered for version ${JSON.stringify(changed.apiVersion)} in scheme "pkg/runtime/scheme.go:111"`,
    );
  }
  decodeObject(changed, resource, 'Ignore', undefined);
  const next = request.kind ? changed : toStored({ ...changed, apiVersion: apiVersionOf(matched) }, matched);
  applyDefaults(next, resource);
  keepManagers(request, next);
  if (jsonEqual(next, object)) return false;
  for (const key of Object.keys(object)) delete object[key];
  Object.assign(object, next);
  return true;
}

/** A subresource's object follows its own type. */
function ownKind(resource: ServedResource, kind: NonNullable<AdmissionRequest['kind']>): ServedResource {
  const { custom: _custom, ...rest } = resource;
  return { ...rest, ...kind };
}

/** Managed fields that nobody could read later are as they were before (managedfields/admission.go). */
function keepManagers({ object, warn }: AdmissionRequest, next: KubeObject): void {
  const { managedFields: given } = next.metadata ?? {};
  const { managedFields: were } = object.metadata ?? {};
  if (!given || jsonEqual(given, were)) return;
  const fault = given.map(faultOf).find((one) => one !== undefined);
  if (!fault) return;
  if (were) next.metadata.managedFields = were;
  else delete next.metadata.managedFields;
  warn?.(INVALID_MANAGERS + fault);
}

function faultOf({ operation, apiVersion, fieldsType }: ManagedFieldsEntry): string | undefined {
  if (operation !== 'Apply' && operation !== 'Update') {
    return `error decoding manager from managed fields: invalid operation ${JSON.stringify(operation ?? '')}`;
  }
  if (!apiVersion) return 'error decoding managed fields: apiVersion must not be empty';
  return fieldsType === 'FieldsV1' ? undefined : `error decoding managed fields: invalid fieldsType ${fieldsType}`;
}
