import type { KubeObject } from '../../api/meta.ts';
import type { ServedResource } from '../registry/catalog.ts';
import { toServed } from '../registry/convert.ts';
import type { AdmissionRequest } from '../registry/machine.ts';
import { typeText } from './answer.ts';
import { namespaceOf } from './matching.ts';

/** admission.k8s.io/v1 AdmissionResponse. */
export interface AdmissionResponse {
  uid?: string;
  allowed?: boolean;
  status?: Record<string, unknown>;
  patch?: string;
  patchType?: string;
  warnings?: string[];
}

const VERSIONS = ['v1', 'v1beta1'];

/** An object as the matched group and version show it. The conversion must not be kept: objects change on their way. */
export function objectAt(
  request: AdmissionRequest,
  object: KubeObject | undefined,
  resource: ServedResource,
): KubeObject | undefined {
  if (!object || request.kind) return object;
  return toServed({ ...object }, resource);
}

/** What a webhook is told of a request (admission.k8s.io/v1 AdmissionRequest), at the version it asked for. */
export function reviewRequest(request: AdmissionRequest, matched: ServedResource, uid: string) {
  const { operation, resource, subresource, object, previous, options, dryRun, user } = request;
  // Of what got a name from the server, those who look are told, not those who change.
  const name = request.ofCollection ? '' : request.name || (operation === 'CREATE' ? object.metadata?.name : '');
  const kindAt = (one: ServedResource) => request.kind ?? { group: one.group, version: one.version, kind: one.kind };
  const resourceAt = (one: ServedResource) => ({ group: one.group, version: one.version, resource: one.plural });
  const namespace = namespaceOf(request);
  return {
    uid,
    kind: kindAt(matched),
    resource: resourceAt(matched),
    ...(subresource ? { subResource: subresource } : {}),
    requestKind: kindAt(resource),
    requestResource: resourceAt(resource),
    ...(subresource ? { requestSubResource: subresource } : {}),
    ...(name ? { name } : {}),
    ...(namespace ? { namespace } : {}),
    operation,
    userInfo: {
      username: user.name,
      ...(user.uid ? { uid: user.uid } : {}),
      groups: user.groups,
      ...(user.extra ? { extra: user.extra } : {}),
    },
    object: operation === 'DELETE' ? null : (objectAt(request, object, matched) ?? null),
    oldObject: objectAt(request, previous, matched) ?? null,
    dryRun,
    options: optionsOf(operation, options),
  };
}

/**
 * The first version of AdmissionReview that both sides know.
 * @throws Error
 */
export function reviewVersion(accepted: readonly string[] | undefined): string {
  const version = accepted?.find((one) => VERSIONS.includes(one));
  if (!version) throw new Error('webhook does not accept known AdmissionReview versions (v1, v1beta1)');
  return `admission.k8s.io/${version}`;
}

/**
 * The response in what a webhook answered.
 * @throws Error in the words of the real server (webhook/request/admissionreview.go)
 */
export function readReview(answer: unknown, apiVersion: string, uid: string, mutating: boolean): AdmissionResponse {
  const review = (answer ?? {}) as { apiVersion?: string; kind?: string; response?: AdmissionResponse | null };
  const { response } = review;
  if (!response) throw new Error('webhook response was absent');
  const isOld = apiVersion === 'admission.k8s.io/v1beta1';
  if (!isOld && response.uid !== uid) {
    throw new Error(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response.uid ?? '')}`);
  }
  const isNamed = !isOld || Boolean(review.apiVersion || review.kind);
  if (isNamed && (review.apiVersion !== apiVersion || review.kind !== 'AdmissionReview')) {
    throw new Error(
      `expected webhook response of ${typeText(apiVersion, 'AdmissionReview')}, got ${typeText(review.apiVersion, review.kind)}`,
    );
  }
  checkPatch(response, isOld, mutating);
  return response;
}

function checkPatch(response: AdmissionResponse, isOld: boolean, mutating: boolean): void {
  const { patch, patchType } = response;
  if (isOld) {
    if (patch && !patchType) response.patchType = 'JSONPatch';
    return;
  }
  if (!mutating) {
    if (patch) throw new Error('validating webhook may not return response.patch');
    if (patchType !== undefined && patchType !== null) {
      throw new Error('validating webhook may not return response.patchType');
    }
    return;
  }
  if (patch && (patchType === undefined || patchType === null)) {
    throw new Error('webhook returned response.patch but not response.patchType');
  }
  if (!patch && patchType) throw new Error('webhook returned response.patchType but not response.patch');
  if (patchType === '') throw new Error('webhook returned invalid response.patchType of ""');
}

/** A patch is an update, or makes what was not there; that is how its options are told (handlers/patch.go). */
function optionsOf(operation: AdmissionRequest['operation'], options: AdmissionRequest['options']): unknown {
  if (options?.kind !== 'PatchOptions') return options ?? null;
  const { force: _force, ...rest } = options;
  return { ...rest, kind: operation === 'CREATE' ? 'CreateOptions' : 'UpdateOptions' };
}
