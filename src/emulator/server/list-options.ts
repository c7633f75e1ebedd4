import type { StatusCause } from '../../api/status.ts';
import { badRequest, invalid } from '../errors.ts';

/** meta/v1 ListOptions, as a query says them. */
export interface ListOptions {
  /** 0: all. */
  limit: number;
  continue: string;
  resourceVersion: string;
  /** '' where the request says nothing. */
  resourceVersionMatch: string;
  sendInitialEvents: boolean | undefined;
  allowWatchBookmarks: boolean;
  /** 0: the server decides. */
  timeoutSeconds: number;
}

const MOST = 2n ** 63n - 1n;

/** Go's 64-bit integer. @throws ApiStatusError 400 in the words of strconv.ParseInt */
export function integerOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const refuse = (why: string) => badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: ${why}`);
  if (!/^[+-]?\d+$/.test(text)) throw refuse('invalid syntax');
  const value = BigInt(text);
  if (value > MOST || value < -MOST - 1n) throw refuse('value out of range');
  return Number(value);
}

/** Everything but `false` and `0` is true, the empty text too; undefined where nothing is said. */
export function flagOf(query: URLSearchParams, name: string): boolean | undefined {
  const text = query.get(name);
  return text === null ? undefined : text !== '0' && text.toLowerCase() !== 'false';
}

const NOT_OLDER = 'NotOlderThan';

function forbiddenCause(field: string, why: string): StatusCause {
  return { reason: 'FieldValueForbidden', message: `Forbidden: ${why}`, field };
}

function unsupported(match: string, supported: readonly string[]): StatusCause {
  const listed = supported.map((one) => JSON.stringify(one)).join(', ');
  return {
    reason: 'FieldValueNotSupported',
    message: `Unsupported value: ${JSON.stringify(match)}: supported values: ${listed}`,
    field: 'resourceVersionMatch',
  };
}

function listCauses(options: ListOptions): StatusCause[] {
  const { resourceVersionMatch: match, resourceVersion } = options;
  const causes: StatusCause[] = [];
  const refuse = (why: string) => causes.push(forbiddenCause('resourceVersionMatch', why));
  if (match) {
    if (!resourceVersion) refuse('resourceVersionMatch is forbidden unless resourceVersion is provided');
    if (options.continue) refuse('resourceVersionMatch is forbidden when continue is provided');
    if (match !== 'Exact' && match !== NOT_OLDER) causes.push(unsupported(match, ['Exact', NOT_OLDER, '']));
    if (match === 'Exact' && resourceVersion === '0') {
      refuse('resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
    }
  }
  if (options.sendInitialEvents !== undefined) {
    causes.push(forbiddenCause('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  }
  return causes;
}

function watchCauses(options: ListOptions): StatusCause[] {
  const { resourceVersionMatch: match, sendInitialEvents } = options;
  const causes: StatusCause[] = [];
  const refuse = (why: string) => causes.push(forbiddenCause('resourceVersionMatch', why));
  if (sendInitialEvents !== undefined && match !== NOT_OLDER) {
    refuse('sendInitialEvents requires setting resourceVersionMatch to NotOlderThan');
  }
  if (match) {
    if (sendInitialEvents === undefined) {
      refuse('resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided');
    }
    if (match !== NOT_OLDER) causes.push(unsupported(match, [NOT_OLDER]));
    if (options.continue) refuse('resourceVersionMatch is forbidden when continue is provided');
  }
  return causes;
}

/**
 * The options of a list, a watch or a deletecollection (apimachinery, meta/internalversion/validation).
 * @throws ApiStatusError 400 for what is no number, 422 for what does not go together
 */
export function listOptions(query: URLSearchParams, forWatch = false): ListOptions {
  const options: ListOptions = {
    limit: Math.max(integerOf(query, 'limit') ?? 0, 0),
    continue: query.get('continue') ?? '',
    resourceVersion: query.get('resourceVersion') ?? '',
    resourceVersionMatch: query.get('resourceVersionMatch') ?? '',
    sendInitialEvents: flagOf(query, 'sendInitialEvents'),
    allowWatchBookmarks: flagOf(query, 'allowWatchBookmarks') ?? false,
    timeoutSeconds: Math.max(integerOf(query, 'timeoutSeconds') ?? 0, 0),
  };
  // Who begins anywhere is given what is there first, by the same way as who asks for it.
  const anywhere = options.resourceVersion === '' || options.resourceVersion === '0';
  const old = forWatch && anywhere && options.sendInitialEvents === undefined && !options.resourceVersionMatch;
  const asked = old ? { ...options, sendInitialEvents: true, resourceVersionMatch: NOT_OLDER } : options;
  const causes = forWatch ? watchCauses(asked) : listCauses(options);
  if (causes.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', causes);
  return options;
}
