import type { KubeObject } from '../../../api/meta.ts';
import { trackUpdate } from '../../../api/server-side-apply.ts';
import type { StatusCause } from '../../../api/status.ts';
import { API_AUDIENCE, type ServiceAccountClaims, signedToken } from '../../access/tokens.ts';
import { badRequest, conflict, invalid, notFound } from '../../errors.ts';
import { admitAndCheck } from '../../registry/admit.ts';
import type { Machine } from '../../registry/machine.ts';
import { generatedUid } from '../../registry/names.ts';
import { readObject } from '../body.ts';
import type { Exchange } from '../exchange.ts';
import { signingKeyId } from '../issuer.ts';
import { plainShape, sendPlain } from '../plain-answer.ts';
import type { ResourceTarget } from '../request-info.ts';
import { writeOptions } from '../verbs/write-options.ts';

const LEAST_SECONDS = 600;
const MOST_SECONDS = 2 ** 32;
const DEFAULT_SECONDS = 3600;

interface BoundReference {
  kind?: string;
  apiVersion?: string;
  name?: string;
  uid?: string;
}

/** `POST serviceaccounts/x/token`: a signed token (JWT, ES256) that this server accepts until it expires. */
export async function tokenSubresource(exchange: Exchange, target: ResourceTarget): Promise<void> {
  const { machine, keys } = exchange.context;
  const { resource, namespace = '', name = '' } = target;
  const shape = plainShape(exchange);
  const options = writeOptions(exchange, target, 'CreateOptions');
  const body = (await readObject(exchange.request, 'TokenRequest', 'authentication.k8s.io/v1')) as KubeObject;
  const account = machine.store.get(resource.storage, namespace, name);
  if (!account) throw notFound(resource, name);
  checkNames(body, name, namespace);
  const { uid } = account.metadata;
  if (body.metadata?.uid && body.metadata.uid !== uid) throw otherAccount(body.metadata.uid, uid, name);
  await admitAndCheck(
    {
      operation: 'CREATE',
      resource,
      namespace,
      name,
      object: body,
      previous: undefined,
      subresource: 'token',
      kind: { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' },
      options: options.request,
      dryRun: options.dryRun ?? false,
      user: options.user,
      warn: options.warn,
      machine,
    },
    () => undefined,
  );
  const spec = (body['spec'] ?? {}) as {
    audiences?: unknown;
    expirationSeconds?: number;
    boundObjectRef?: BoundReference;
  };
  const seconds = secondsOf(spec.expirationSeconds);
  const asked = audiencesOf(spec.audiences);
  const audiences = asked.length > 0 ? asked : [API_AUDIENCE];
  const now = Math.floor(machine.clock.now() / 1000);
  const created = `${new Date(now * 1000).toISOString().slice(0, 19)}Z`;
  const typed = { ...body, apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest' };
  // Not those of whom it is for: they are the account's.
  const defaulted: KubeObject = { ...typed, metadata: {}, spec: { ...spec, expirationSeconds: seconds } };
  const claims: ServiceAccountClaims = {
    aud: audiences,
    exp: now + seconds,
    iat: now,
    nbf: now,
    jti: generatedUid(machine.random),
    iss: API_AUDIENCE,
    'kubernetes.io': {
      namespace,
      ...boundTo(machine, spec.boundObjectRef, namespace, name),
      serviceaccount: { name, uid: account.metadata.uid ?? '' },
    },
    sub: `system:serviceaccount:${namespace}:${name}`,
  };
  const answer = {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: {
      name,
      namespace,
      uid,
      creationTimestamp: created,
      managedFields: trackUpdate({ before: undefined, after: defaulted, manager: options.manager, now: created }).map(
        (entry) => ({ ...entry, subresource: 'token' }),
      ),
    },
    spec: { audiences, expirationSeconds: seconds, boundObjectRef: spec.boundObjectRef ?? null },
    status: {
      token: signedToken(claims, keys.serviceAccountKey, signingKeyId(keys.serviceAccountKey)),
      expirationTimestamp: `${new Date((now + seconds) * 1000).toISOString().slice(0, 19)}Z`,
    },
  };
  await sendPlain(exchange, 201, answer, shape);
}

function checkNames({ metadata }: KubeObject, name: string, namespace: string): void {
  if (metadata?.name && metadata.name !== name) {
    throw mismatch('name', metadata.name, name, 'must match the service account name if specified');
  }
  if (metadata?.namespace && metadata.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
}

function otherAccount(asked: string, uid: string | undefined, name: string) {
  const why = `the UID in the token request (${asked}) does not match the UID of the service account (${uid})`;
  return conflict({ group: 'authentication.k8s.io', plural: 'TokenRequest' }, name, why);
}

function mismatch(field: string, value: string, account: string, must: string) {
  const message = `Invalid value: ${JSON.stringify(value)}: ${must}`;
  return invalid({ group: 'authentication.k8s.io', kind: 'TokenRequest' }, account, [
    { reason: 'FieldValueInvalid', message, field: `metadata.${field}` },
  ]);
}

/** @throws ApiStatusError 400 where they are no list of texts */
function audiencesOf(asked: unknown): string[] {
  const wrong = Array.isArray(asked) ? asked.find((one) => typeof one !== 'string' && one !== null) : asked;
  if (wrong === undefined || wrong === null) return ((asked ?? []) as (string | null)[]).map((one) => one ?? '');
  const shown = Array.isArray(wrong) ? 'array' : typeof wrong === 'boolean' ? 'bool' : typeof wrong;
  const goType = Array.isArray(asked) ? 'string' : '[]string';
  throw badRequest(
    'TokenRequest in version "v1" cannot be handled as a TokenRequest: json: cannot unmarshal ' +
      `${shown} into Go struct field TokenRequestSpec.spec.audiences of type ${goType}`,
  );
}

/** @throws ApiStatusError 422 in the words of pkg/apis/authentication/validation */
function secondsOf(asked: unknown): number {
  if (asked === undefined || asked === null) return DEFAULT_SECONDS;
  const refuse = (message: string): never => {
    const cause: StatusCause = {
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${JSON.stringify(asked)}: ${message}`,
      field: 'spec.expirationSeconds',
    };
    throw invalid({ group: 'authentication.k8s.io', kind: 'TokenRequest' }, '', [cause]);
  };
  if (typeof asked !== 'number' || !Number.isInteger(asked)) {
    throw badRequest(
      'TokenRequest in version "v1" cannot be handled as a TokenRequest: json: cannot unmarshal ' +
        `${typeof asked === 'number' ? `number ${asked}` : typeof asked} into Go struct field TokenRequestSpec.spec.expirationSeconds of type int64`,
    );
  }
  if (asked < LEAST_SECONDS) refuse('may not specify a duration less than 10 minutes');
  if (asked > MOST_SECONDS) refuse('may not specify a duration larger than 2^32 seconds');
  return asked;
}

/** What the token shall end with: a pod of this account, a secret, or a node. */
function boundTo(
  machine: Machine,
  reference: BoundReference | undefined | null,
  namespace: string,
  account: string,
): Partial<ServiceAccountClaims['kubernetes.io']> {
  if (!reference) return {};
  const { kind = '', apiVersion = '', name = '', uid } = reference;
  // Any version will do, of the core group.
  const plural = !apiVersion.includes('/') && Object.hasOwn(BOUND, kind) ? BOUND[kind] : undefined;
  if (!plural)
    throw badRequest(
      `cannot bind token to object of type ${apiVersion.includes('/') ? '' : '/'}${apiVersion}, Kind=${kind}`,
    );
  const object = machine.store.get(plural, kind === 'Node' ? undefined : namespace, name);
  if (!object) throw notFound({ group: '', plural }, name);
  const own = object.metadata.uid ?? '';
  if (uid && uid !== own) {
    throw conflict(
      { group: '', plural: kind },
      name,
      `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`,
    );
  }
  if (kind === 'Pod' && object['spec']?.serviceAccountName !== account) {
    throw badRequest(
      `cannot bind token for serviceaccount ${JSON.stringify(account)} to pod running with different serviceaccount name.`,
    );
  }
  const node = kind === 'Pod' ? machine.store.get('nodes', undefined, object['spec']?.nodeName ?? '') : undefined;
  return {
    ...(node ? { node: { name: node.metadata.name!, uid: node.metadata.uid ?? '' } } : {}),
    [kind.toLowerCase()]: { name, uid: own },
  };
}

const BOUND: Readonly<Record<string, string>> = { Pod: 'pods', Secret: 'secrets', Node: 'nodes' };
