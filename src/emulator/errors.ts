import { type ApiStatus, ApiStatusError, type StatusCause, type StatusDetails } from '../api/status.ts';

/** What the messages of failures name: a resource, or the kind behind a subresource. */
export interface Named {
  group: string;
  plural: string;
}

/** A `Status` of failure in the field order of the real server. */
export function failure(code: number, reason: string, message: string, details?: StatusDetails): ApiStatus {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    ...(reason ? { reason } : {}),
    ...(details ? { details } : {}),
    code,
  };
}

function fail(code: number, reason: string, message: string, details?: StatusDetails, cause?: unknown): ApiStatusError {
  return new ApiStatusError(failure(code, reason, message, details), { cause });
}

const qualified = ({ group, plural }: Named): string => (group ? `${plural}.${group}` : plural);

const detailsOf = ({ group, plural }: Named, name: string): StatusDetails => ({
  ...(name ? { name } : {}),
  ...(group ? { group } : {}),
  kind: plural,
});

export const badRequest = (message: string): ApiStatusError => fail(400, 'BadRequest', message);

export const unauthorized = (): ApiStatusError => fail(401, 'Unauthorized', 'Unauthorized');

/** `why` follows `pods "x" is forbidden: `. */
export function forbidden(resource: Named, name: string, why: string): ApiStatusError {
  const subject = name ? `${qualified(resource)} "${name}"` : qualified(resource);
  return fail(403, 'Forbidden', `${subject} is forbidden: ${why}`, detailsOf(resource, name));
}

export const forbiddenPath = (why: string): ApiStatusError =>
  fail(403, 'Forbidden', `forbidden: ${why}`, {} as StatusDetails);

export function notFound(resource: Named, name: string): ApiStatusError {
  return fail(404, 'NotFound', `${qualified(resource)} "${name}" not found`, detailsOf(resource, name));
}

/** For a path that names a resource which is not served. */
export const noSuchResource = (): ApiStatusError =>
  fail(404, 'NotFound', 'the server could not find the requested resource', {});

export const methodNotAllowed = (): ApiStatusError =>
  fail(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});

/** @param isGoing of an object that is there only until its finalizers are done */
export function alreadyExists(resource: Named, name: string, isGoing = false): ApiStatusError {
  const message = `${isGoing ? 'object is being deleted: ' : ''}${qualified(resource)} "${name}" already exists`;
  return fail(409, 'AlreadyExists', message, detailsOf(resource, name));
}

export function conflict(resource: Named, name: string, why: string): ApiStatusError {
  return fail(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${why}`,
    detailsOf(resource, name),
  );
}

export const staleVersion = (resource: Named, name: string): ApiStatusError =>
  conflict(
    resource,
    name,
    'the object has been modified; please apply your changes to the latest version and try again',
  );

/** 410. `token` lets a list go on at the newest state. */
export function expired(message: string, token?: string): ApiStatusError {
  const error = fail(410, 'Expired', message);
  if (token) error.status.metadata = { continue: token };
  return error;
}

export const unsupportedMediaType = (accepted: string): ApiStatusError =>
  fail(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted}`,
  );

/**
 * 422 with one cause per wrong field. Several messages are listed in brackets, as field.ErrorList
 * prints itself.
 */
export function invalid(
  kind: { group: string; kind: string },
  name: string,
  causes: readonly StatusCause[],
): ApiStatusError {
  const lines = causes.map(({ field, message }) => (field ? `${field}: ${message}` : (message ?? '')));
  const listed = [...new Set(lines)];
  const text = listed.length === 1 ? listed[0] : `[${listed.join(', ')}]`;
  const subject = kind.group ? `${kind.kind}.${kind.group}` : kind.kind;
  return fail(422, 'Invalid', `${subject} "${name}" is invalid: ${text}`, {
    ...(name ? { name } : {}),
    ...(kind.group ? { group: kind.group } : {}),
    ...(kind.kind ? { kind: kind.kind } : {}),
    causes: [...causes],
  });
}

/** 500 with nothing but a message: what the server did not mean to say to a client. */
export const plainError = (message: string): ApiStatusError => fail(500, '', message);

export const requestTooLarge = (message: string): ApiStatusError =>
  new ApiStatusError(failure(413, 'RequestEntityTooLarge', message, {}));

/** A patch that cannot be applied to what is there. */
export const unprocessable = (): ApiStatusError =>
  fail(422, 'Invalid', 'the server rejected our request due to an error in our request', {});

export function tooManyRequests(message: string, details?: StatusDetails): ApiStatusError {
  return fail(429, 'TooManyRequests', message, details);
}

export function internalError(message: string, cause?: unknown): ApiStatusError {
  return fail(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] }, cause);
}

export const unavailable = (message: string): ApiStatusError =>
  fail(503, 'ServiceUnavailable', message, { retryAfterSeconds: 1 });
