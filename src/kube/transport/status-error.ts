import { type ApiStatus, ApiStatusError } from '../../api/status.ts';

/** What a bare HTTP status means where a server sends no `Status` (apimachinery, api/errors, `NewGenericServerResponse`). */
const generic: Record<number, { reason: string; message: string }> = {
  400: { reason: 'BadRequest', message: 'the server rejected our request for an unknown reason' },
  401: { reason: 'Unauthorized', message: 'the server has asked for the client to provide credentials' },
  403: { reason: 'Forbidden', message: '' },
  404: { reason: 'NotFound', message: 'the server could not find the requested resource' },
  405: { reason: 'MethodNotAllowed', message: 'the server does not allow this method on the requested resource' },
  406: { reason: 'NotAcceptable', message: '' },
  409: { reason: 'Conflict', message: 'the server reported a conflict' },
  415: { reason: 'UnsupportedMediaType', message: '' },
  422: { reason: 'Invalid', message: 'the server rejected our request due to an error in our request' },
  429: {
    reason: 'TooManyRequests',
    message: 'the server has received too many requests and has asked us to try again later',
  },
  503: { reason: 'ServiceUnavailable', message: 'the server is currently unable to handle the request' },
  504: {
    reason: 'Timeout',
    message: 'the server was unable to return a response in the time allotted, but may still be processing the request',
  },
};

/** Where the body itself is the message. */
const spoken = new Set([403, 406, 415]);

/** So much of a body that is no `Status` becomes a message (client-go, `maxUnstructuredResponseTextBytes`). */
const spokenLimit = 2048;

interface FailedRequest {
  method: string;
  path: string;
}

/**
 * Turns an answer of 400 or more into the error that is thrown. A `Status` body is taken as it is;
 * for anything else the message is made up as kubectl makes it, naming the verb and the resource.
 */
export function statusError(code: number, body: string, request: FailedRequest): ApiStatusError {
  return new ApiStatusError(parseStatus(code, body) ?? genericStatus(code, body, request));
}

/** The failure that a body holds, undefined where it holds none. */
export function parseStatus(code: number, body: string): ApiStatus | undefined {
  if (!body.trimStart().startsWith('{')) return undefined;
  try {
    const value = JSON.parse(body) as Partial<ApiStatus>;
    if (value?.kind !== 'Status' || value.status === 'Success') return undefined;
    return { ...(value as ApiStatus), code: value.code ?? code };
  } catch {
    return undefined;
  }
}

function genericStatus(code: number, body: string, request: FailedRequest): ApiStatus {
  const target = targetOf(request.path);
  const known = generic[code];
  const said = body.trim().slice(0, spokenLimit) || 'unknown';
  let reason = known?.reason ?? '';
  let message = known?.message || said;
  if (code >= 500 && !known) {
    reason = 'InternalError';
    message = `an error on the server ("${said}") has prevented the request from succeeding`;
  } else if (!known) {
    message = `the server responded with the status code ${code} but did not return more information`;
  }
  const what = target.resource ? ` (${verbs[request.method] ?? request.method.toLowerCase()} ${target.text})` : '';
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `${message}${what}`,
    ...(reason === '' ? {} : { reason }),
    details: {
      ...(target.group ? { group: target.group } : {}),
      ...(target.resource ? { kind: target.resource } : {}),
      ...(target.name ? { name: target.name } : {}),
      causes:
        spoken.has(code) || (body.trim() === '' && code < 500)
          ? []
          : [{ reason: 'UnexpectedServerResponse', message: said }],
    },
    code,
  };
}

const verbs: Record<string, string> = { GET: 'get', POST: 'post', PUT: 'put', PATCH: 'patch', DELETE: 'delete' };

/** Reads group, resource and name out of an API path; other paths name nothing. */
function targetOf(path: string): { group?: string; resource?: string; name?: string; text?: string } {
  const match = /(?:\/api\/[^/]+|\/apis\/([^/]+)\/[^/]+)(?:\/namespaces\/[^/]+(?=\/))?\/([^/]+)(?:\/([^/]+))?/.exec(
    path,
  );
  if (!match) return {};
  const [, group = '', resource = '', name = ''] = match.map((part) => part && decodeURIComponent(part));
  const text = [group ? `${resource}.${group}` : resource, ...(name ? [name] : [])].join(' ');
  return { group, resource, name, text };
}
