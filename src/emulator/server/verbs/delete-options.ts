import type { StatusCause } from '../../../api/status.ts';
import { goJsonError } from '../../../lib/go-json-error.ts';
import type { DeleteOptions } from '../../client.ts';
import { badRequest, invalid } from '../../errors.ts';
import { mediaType, parseYaml, readBody } from '../body.ts';
import type { Exchange } from '../exchange.ts';
import { flagOf, integerOf } from '../list-options.ts';
import { PROTOBUF } from '../negotiate.ts';

/** meta/v1 DeleteOptions, as they are sent. */
interface Sent {
  gracePeriodSeconds?: number | null;
  preconditions?: { uid?: string; resourceVersion?: string } | null;
  orphanDependents?: boolean | null;
  propagationPolicy?: string | null;
  dryRun?: string[] | null;
}

const POLICIES = ['Foreground', 'Background', 'Orphan'];

const isText = (value: unknown): boolean => typeof value === 'string';
const isObject = (value: unknown): boolean => typeof value === 'object' && !Array.isArray(value);

/** What each field must be, and what Go calls that. */
const FIELDS: Readonly<Record<string, { is: (value: unknown) => boolean; goType: string }>> = {
  gracePeriodSeconds: { is: Number.isSafeInteger, goType: 'int64' },
  preconditions: {
    is: (value) => isObject(value) && Object.values(value as object).every((one) => one === null || isText(one)),
    goType: 'v1.Preconditions',
  },
  orphanDependents: { is: (value) => typeof value === 'boolean', goType: 'bool' },
  propagationPolicy: { is: isText, goType: 'v1.DeletionPropagation' },
  dryRun: { is: (value) => Array.isArray(value) && value.every(isText), goType: '[]string' },
};

async function fromBody(exchange: Exchange, bytes: Buffer): Promise<Sent> {
  const type = mediaType(exchange.request);
  if (type === PROTOBUF) {
    const { readProtobuf } = await import('../protobuf.ts');
    return readProtobuf(bytes, { apiVersion: 'v1', kind: 'DeleteOptions' }) as Sent;
  }
  return checkedOptions(await decodedOptions(bytes.toString(), type));
}

/** @throws ApiStatusError 400 for what is no DeleteOptions */
function checkedOptions(sent: unknown): Sent {
  const { kind, apiVersion } = (sent ?? {}) as { kind?: unknown; apiVersion?: unknown };
  if (kind !== undefined && kind !== 'DeleteOptions') {
    throw badRequest(
      `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion ?? '')} in scheme "pkg/runtime/scheme.go:111"`,
    );
  }
  if (sent === null) return {};
  if (!isObject(sent))
    throw badRequest(`couldn't get version/kind; json parse error: the options of a delete are an object`);
  for (const [name, { is, goType }] of Object.entries(FIELDS)) {
    const value = (sent as Record<string, unknown>)[name];
    if (value === undefined || value === null || is(value)) continue;
    const shown = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
    throw badRequest(`json: cannot unmarshal ${shown} into Go struct field DeleteOptions.${name} of type ${goType}`);
  }
  return sent as Sent;
}

async function decodedOptions(text: string, type: string): Promise<unknown> {
  if (type === 'application/yaml') return parseYaml(text, 'DeleteOptions');
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = goJsonError(text) ?? (error as Error).message;
    throw badRequest(`couldn't get version/kind; json parse error: ${why}`);
  }
}

function fromQuery(query: URLSearchParams): Sent {
  return {
    gracePeriodSeconds: integerOf(query, 'gracePeriodSeconds') ?? null,
    orphanDependents: flagOf(query, 'orphanDependents') ?? null,
    propagationPolicy: query.get('propagationPolicy'),
    dryRun: query.getAll('dryRun').filter((value) => value !== ''),
  };
}

/** What does not go together (apimachinery, meta/v1/validation, ValidateDeleteOptions). */
function causesOf({ propagationPolicy: policy, orphanDependents, dryRun }: Sent): StatusCause[] {
  const causes: StatusCause[] = [];
  const add = (reason: string, field: string, message: string) => causes.push({ reason, message, field });
  const hasPolicy = policy !== undefined && policy !== null;
  if (hasPolicy && orphanDependents !== undefined && orphanDependents !== null) {
    const both = 'orphanDependents and deletionPropagation cannot be both set';
    add('FieldValueInvalid', 'propagationPolicy', `Invalid value: ${JSON.stringify(policy)}: ${both}`);
  }
  if (hasPolicy && !POLICIES.includes(policy)) {
    const supported = [...POLICIES, 'nil'].map((one) => JSON.stringify(one)).join(', ');
    const message = `Unsupported value: ${JSON.stringify(policy)}: supported values: ${supported}`;
    add('FieldValueNotSupported', 'propagationPolicy', message);
  }
  if (dryRun?.some((value) => value !== 'All')) {
    const shown = `[]string{${dryRun.map((value) => JSON.stringify(value)).join(', ')}}`;
    add('FieldValueNotSupported', 'dryRun', `Unsupported value: ${shown}: supported values: "All"`);
  }
  return causes;
}

/**
 * DeleteOptions come in the body, or in the query of a request without one.
 * @throws ApiStatusError 400, 422
 */
export async function readDeleteOptions(exchange: Exchange): Promise<DeleteOptions & { dryRun: boolean }> {
  const bytes = await readBody(exchange.request);
  const sent = bytes.length > 0 ? await fromBody(exchange, bytes) : fromQuery(exchange.query);
  const options = deleteOptions(sent);
  return { ...options, dryRun: options.dryRun || exchange.query.getAll('dryRun').includes('All') };
}

/** Those within an object that was sent (an eviction), and nothing else that stands there. @throws ApiStatusError 400, 422 */
export const embeddedDeleteOptions = (sent: unknown): DeleteOptions & { dryRun: boolean } =>
  deleteOptions(checkedOptions(sent ?? null));

function deleteOptions(sent: Sent): DeleteOptions & { dryRun: boolean } {
  const causes = causesOf(sent);
  if (causes.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', causes);
  const { gracePeriodSeconds: grace, preconditions, propagationPolicy, orphanDependents, dryRun } = sent;
  const orphan = orphanDependents === true ? 'Orphan' : orphanDependents === false ? 'Background' : undefined;
  const policy = propagationPolicy || orphan;
  return {
    ...(preconditions ? { preconditions } : {}),
    // Less than nothing is the shortest there is (registry/rest/delete.go).
    ...(typeof grace === 'number' ? { gracePeriodSeconds: grace < 0 ? 1 : grace } : {}),
    ...(policy ? { propagationPolicy: policy as NonNullable<DeleteOptions['propagationPolicy']> } : {}),
    dryRun: (dryRun?.length ?? 0) > 0,
  };
}
