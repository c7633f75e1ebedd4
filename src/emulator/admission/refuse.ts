import type { ApiStatusError } from '../../api/status.ts';
import { forbidden } from '../errors.ts';
import type { AdmissionRequest } from '../registry/machine.ts';

/** `pods "x" is forbidden: why`; an object without a name yet is called by the beginning of it (apiserver, admission/errors.go). */
export function refusal({ resource, name, object }: AdmissionRequest, why: string): ApiStatusError {
  const { name: given, generateName } = object.metadata ?? {};
  return forbidden(resource, name || given || generateName || 'Unknown', why);
}

/** Whether the request makes a pod, or another object of `storage`, and not a part of one. */
export const isCreateOf = ({ operation, resource, subresource }: AdmissionRequest, storage: string): boolean =>
  operation === 'CREATE' && resource.storage === storage && !subresource;
