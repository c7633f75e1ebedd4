import { randomUUID } from 'node:crypto';
import { type ApiStatus, ApiStatusError } from '../../api/status.ts';
import { badRequest, forbidden, internalError } from '../errors.ts';
import type { ServedResource } from '../registry/catalog.ts';
import type { AdmissionRequest } from '../registry/machine.ts';
import { checkType } from './answer.ts';
import { callWebhook } from './call.ts';
import type { Webhook } from './configurations.ts';
import { isExempt, matchedResource, namespaceMatches, objectMatches } from './matching.ts';
import { checkReviewFields } from './response-fields.ts';
import { type AdmissionResponse, readReview, reviewRequest, reviewVersion } from './review.ts';

const DEFAULT_SECONDS = 10;

/** A call that failed, which is not the webhook's judgement: the failure policy says what it means. */
export class FailedCall extends Error {
  constructor(webhook: Webhook, why: string) {
    super(`failed calling webhook ${JSON.stringify(webhook.name)}: ${why}`);
  }
}

/**
 * The resource under which `webhook` is to be asked about the request; undefined where it is not.
 * @throws ApiStatusError where that cannot be told
 */
export async function invocation(webhook: Webhook, request: AdmissionRequest): Promise<ServedResource | undefined> {
  if (isExempt(request)) return undefined;
  if (!objectMatches(webhook.objectSelector, request)) return undefined;
  const matched = matchedResource(webhook.rules ?? [], webhook.matchPolicy, request);
  if (!matched || !namespaceMatches(webhook.namespaceSelector, request)) return undefined;
  const conditions = webhook.matchConditions ?? [];
  if (conditions.length === 0) return matched;
  const failing = webhook.failurePolicy === 'Ignore' ? 'Ignore' : 'Fail';
  const { webhookConditionsHold } = await import('../policies/match-conditions.ts');
  const held = webhookConditionsHold(conditions, failing, request, matched);
  if (typeof held === 'string') throw forbidden(request.resource, request.name, held);
  return held ? matched : undefined;
}

/**
 * Asks one webhook.
 * @throws FailedCall; ApiStatusError for a denial, and for a dry run that it cannot bear
 */
export async function ask(
  webhook: Webhook,
  request: AdmissionRequest,
  matched: ServedResource,
  mutating: boolean,
): Promise<AdmissionResponse> {
  const { sideEffects, clientConfig, timeoutSeconds = DEFAULT_SECONDS } = webhook;
  if (request.dryRun && sideEffects !== 'None' && sideEffects !== 'NoneOnDryRun') {
    throw badRequest(`admission webhook ${JSON.stringify(webhook.name)} does not support dry run`);
  }
  const uid = randomUUID();
  let apiVersion: string;
  try {
    apiVersion = reviewVersion(webhook.admissionReviewVersions);
  } catch (error) {
    throw new FailedCall(webhook, (error as Error).message);
  }
  const body = { kind: 'AdmissionReview', apiVersion, request: reviewRequest(request, matched, uid) };
  let answer: unknown;
  try {
    answer = await callWebhook({ machine: request.machine, clientConfig, body, timeoutMs: timeoutSeconds * 1000 });
    checkType(answer, { apiVersion, kind: 'AdmissionReview' });
    checkReviewFields(answer);
  } catch (error) {
    throw new FailedCall(webhook, `failed to call webhook: ${(error as Error).message}`);
  }
  let response: AdmissionResponse;
  try {
    response = readReview(answer, apiVersion, uid, mutating);
  } catch (error) {
    throw new FailedCall(webhook, `received invalid webhook response: ${(error as Error).message}`);
  }
  for (const warning of response.warnings ?? []) request.warn?.(warning);
  if (!response.allowed) throw denial(webhook.name, response.status);
  return response;
}

/** The webhook's own status, never one that could be taken for success (webhook/errors/statuserror.go). */
function denial(name: string, given: Record<string, unknown> | undefined): ApiStatusError {
  const status = (given ?? {}) as Partial<ApiStatus>;
  const deniedBy = `admission webhook ${JSON.stringify(name)} denied the request`;
  const said = status.message || status.reason;
  const { metadata, reason, details } = status;
  return new ApiStatusError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: metadata ?? {},
    status: 'Failure',
    message: said ? `${deniedBy}: ${said}` : `${deniedBy} without explanation`,
    ...(reason ? { reason } : {}),
    ...(details ? { details } : {}),
    code: failureCode(status.code ?? 0),
  });
}

/** HTTP has codes of three digits. */
const failureCode = (code: number): number => (code < 400 ? 400 : code > 999 ? 500 : code);

/** What a failed ask means for the request: nothing where calls may fail, else the failure to answer with. */
export function consequence(webhook: Webhook, error: unknown): Error | undefined {
  if (!(error instanceof FailedCall)) return error as Error;
  return webhook.failurePolicy === 'Ignore' ? undefined : internalError(error.message, error);
}
