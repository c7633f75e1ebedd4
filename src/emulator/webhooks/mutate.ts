import type { KubeObject } from '../../api/meta.ts';
import { ApiStatusError } from '../../api/status.ts';
import { isDeeperThan } from '../../lib/json-depth.ts';
import { applyJsonPatch, type JsonPatchOperation } from '../../lib/patch/json-patch.ts';
import { internalError } from '../errors.ts';
import type { ServedResource } from '../registry/catalog.ts';
import { DecodeError } from '../registry/decode.ts';
import type { AdmissionRequest } from '../registry/machine.ts';
import { jsonFault, MAX_DEPTH } from './answer.ts';
import { type Webhook, webhooksOf } from './configurations.ts';
import { ask, consequence, FailedCall, invocation } from './invoke.ts';
import { type AdmissionResponse, objectAt } from './review.ts';
import { type Rounds, roundsOf } from './rounds.ts';
import { takeOver } from './take-over.ts';

const rounds = new WeakMap<AdmissionRequest, Rounds>();

/**
 * Asks all mutating webhooks that match, one after the other, each seeing what those before it made
 * (webhook/mutating/dispatcher.go). In the second round only those with reinvocationPolicy IfNeeded
 * are asked whose object was changed after they had seen it.
 */
export async function mutateByWebhooks(request: AdmissionRequest): Promise<void> {
  const state = roundsOf(rounds, request);
  state.begin(request);
  for (const webhook of webhooksOf(request.machine, 'mutatingWebhooks')) {
    const matched = await invocation(webhook, request);
    if (!matched || !state.mayAsk(request, webhook.uid)) continue;
    try {
      const response = await ask(webhook, request, matched, true);
      if (patchBy(webhook, response, request, matched)) state.changed(request);
    } catch (error) {
      const failure = consequence(webhook, error);
      if (failure) throw failure;
    }
    if (webhook.reinvocationPolicy === 'IfNeeded') state.asked(webhook.uid);
  }
  state.end(request);
}

/** @returns whether the object is another one now */
function patchBy(
  webhook: Webhook,
  { patch, patchType }: AdmissionResponse,
  request: AdmissionRequest,
  matched: ServedResource,
): boolean {
  if (!patch) return false;
  const operations = operationsOf(webhook, patch);
  if (operations.length === 0) return false;
  if (request.operation === 'DELETE') {
    throw internalError(
      `admission webhook ${JSON.stringify(webhook.name)} attempted to modify the object, which is not supported for this operation`,
    );
  }
  if (patchType !== 'JSONPatch') throw new FailedCall(webhook, `unsupported patch type ${JSON.stringify(patchType)}`);
  try {
    const patched = applyJsonPatch<unknown>(objectAt(request, request.object, matched)!, operations);
    if (!isObject(patched))
      throw internalError(`json: cannot unmarshal ${kindOf(patched)} into Go value of type runtime.Object`);
    return takeOver(request, patched, matched);
  } catch (error) {
    // What the webhook made of it is nobody's request.
    if (error instanceof DecodeError) throw internalError(error.problem, error);
    throw error instanceof ApiStatusError ? error : internalError((error as Error).message, error);
  }
}

const isObject = (value: unknown): value is KubeObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const kindOf = (value: unknown): string =>
  Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : value === null ? 'null' : typeof value;

function operationsOf(webhook: Webhook, patch: string): JsonPatchOperation[] {
  const text = Buffer.from(patch, 'base64').toString();
  const refuse = (why: string): never => {
    throw new FailedCall(webhook, `received undecodable patch in webhook response: ${why}`);
  };
  if (isDeeperThan(text, MAX_DEPTH)) return refuse('exceeded max depth');
  try {
    const operations = JSON.parse(text) as unknown;
    if (Array.isArray(operations)) return operations;
  } catch {
    return refuse(jsonFault(text));
  }
  return refuse('json: cannot unmarshal object into Go value of type jsonpatch.Patch');
}
