import type { FaultKind, FaultSpec, PullTrouble } from '../../api/control/faults.ts';
import { badRequest } from '../errors.ts';
import { faultKinds } from './kinds.ts';
import { faultStatuses } from './statuses.ts';

type Check = (value: unknown) => string | undefined;

const texts: Check = (value) =>
  Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string' && one !== '')
    ? undefined
    : 'must be a list of names';
const flag: Check = (value) => (typeof value === 'boolean' ? undefined : 'must be true or false');
const text: Check = (value) => (typeof value === 'string' && value !== '' ? undefined : 'must be a name');
const whole =
  (least: number, most: number): Check =>
  (value) =>
    Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most
      ? undefined
      : `must be a whole number from ${least} to ${most}`;
const time =
  (leastMs: number, mostMs: number): Check =>
  (value) =>
    typeof value === 'number' && value >= leastMs && value <= mostMs
      ? undefined
      : `must be from ${leastMs / 1000} to ${mostMs / 1000} seconds`;
/** Those by which requests are authorised; patterns may mean any of them. */
const VERBS = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];

function unknownVerb(verbs: readonly string[]): string | undefined {
  const odd = verbs.find((verb) => !/[*?]/.test(verb) && !VERBS.includes(verb.toLowerCase()));
  return odd === undefined ? undefined : `must be some of ${VERBS.join(', ')}, not "${odd}"`;
}

const oneOf =
  (known: readonly string[]): Check =>
  (value) =>
    typeof value === 'string' && known.includes(value) ? undefined : `must be one of ${known.join(', ')}`;

const YEAR_MS = 365 * 86_400_000;
const troubles: readonly PullTrouble[] = ['not-found', 'unauthorized', 'rate-limited', 'down', 'timeout', 'slow'];

const checks: Readonly<Record<Exclude<keyof FaultSpec, 'kind'>, Check>> = {
  verbs: (value) => texts(value) ?? unknownVerb(value as string[]),
  resources: texts,
  namespaces: texts,
  objects: texts,
  users: texts,
  agents: texts,
  forMs: time(1, YEAR_MS),
  everyMs: time(100, YEAR_MS),
  count: whole(1, 1_000_000),
  share: (value) =>
    typeof value === 'number' && value > 0 && value <= 1 ? undefined : 'must be above 0 % and up to 100 %',
  // A client that waits longer has long gone.
  delayMs: time(1, 600_000),
  jitterMs: time(0, 600_000),
  code: oneOfCodes,
  retryAfterSeconds: whole(0, 3600),
  cut: flag,
  images: texts,
  error: oneOf(troubles),
  factor: (value) => (typeof value === 'number' && value >= 1 && value <= 1000 ? undefined : 'must be from 1 to 1000'),
  nodes: texts,
  target: (value) => {
    const { resource, namespace, name } = (value ?? {}) as Record<string, unknown>;
    return [resource, namespace, name].every((part) => text(part) === undefined)
      ? undefined
      : 'must name a resource, a namespace and an object';
  },
  container: text,
  exitCode: whole(0, 255),
  oom: flag,
};

function oneOfCodes(value: unknown): string | undefined {
  const known = Object.keys(faultStatuses);
  return known.includes(String(value)) && typeof value === 'number' ? undefined : `must be one of ${known.join(', ')}`;
}

/** What is sent to `POST faults`. @throws ApiStatusError 400 in words that name the field */
export function readFaultSpec(body: Readonly<Record<string, unknown>>): FaultSpec {
  const { kind, ...fields } = body;
  const kinds = Object.keys(faultKinds);
  if (typeof kind !== 'string' || !kinds.includes(kind)) throw badRequest(`kind must be one of ${kinds.join(', ')}`);
  const row = faultKinds[kind as FaultKind];
  const allowed = new Set<string>(['forMs', ...row.needs, ...row.may]);
  for (const [field, value] of Object.entries(fields)) {
    if (!allowed.has(field)) throw badRequest(`a fault of kind ${kind} has no ${field}`);
    const problem = checks[field as keyof typeof checks](value);
    if (problem) throw badRequest(`${field} ${problem}`);
  }
  for (const field of row.needs)
    if (fields[field] === undefined) throw badRequest(`a fault of kind ${kind} needs ${field}`);
  const spec = body as unknown as FaultSpec;
  if (row.strikesAlone && spec.everyMs === undefined && (spec.forMs !== undefined || spec.count !== undefined)) {
    throw badRequest(`a fault of kind ${kind} that ends needs everyMs: else it strikes once, now`);
  }
  if (spec.oom && spec.exitCode !== undefined && spec.exitCode !== 137) {
    throw badRequest('what lacks memory is killed: its exit code is 137');
  }
  if (spec.factor !== undefined && spec.error !== 'slow')
    throw badRequest('factor is only for a registry that is slow');
  return spec;
}
