/** Codes of the distribution specification (errors), and those that docker's registry has beside them. */
const statuses = {
  BLOB_UNKNOWN: 404,
  BLOB_UPLOAD_INVALID: 400,
  BLOB_UPLOAD_UNKNOWN: 404,
  DIGEST_INVALID: 400,
  MANIFEST_BLOB_UNKNOWN: 400,
  MANIFEST_INVALID: 400,
  MANIFEST_UNKNOWN: 404,
  NAME_INVALID: 400,
  NAME_UNKNOWN: 404,
  SIZE_INVALID: 400,
  TAG_INVALID: 400,
  UNAUTHORIZED: 401,
  DENIED: 403,
  UNSUPPORTED: 405,
  TOOMANYREQUESTS: 429,
  RANGE_INVALID: 416,
  PAGINATION_NUMBER_INVALID: 400,
  UNKNOWN: 500,
} as const;

export type RegistryCode = keyof typeof statuses;

/** True where the disk takes no more, as the system or the database says it. */
export function isDiskFull(error: unknown): boolean {
  const { code, errcode, cause } = error as { code?: unknown; errcode?: unknown; cause?: unknown };
  return code === 'ENOSPC' || code === 'EDQUOT' || errcode === SQLITE_FULL || (cause ? isDiskFull(cause) : false);
}

const SQLITE_FULL = 13;

/** What a request is answered with where the disk takes no more. */
export const diskFull = (): RegistryError =>
  new RegistryError('UNKNOWN', 'no room is left on the disk of the registry', { status: 507 });

/** What a request is answered with when it fails: `{"errors":[{code,message,detail}]}`. */
export class RegistryError extends Error {
  readonly code: RegistryCode;
  readonly status: number;
  readonly detail: unknown;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: RegistryCode,
    message: string,
    more: { detail?: unknown; status?: number; headers?: Record<string, string> } = {},
  ) {
    super(message);
    this.code = code;
    this.status = more.status ?? statuses[code];
    this.detail = more.detail;
    this.headers = more.headers ?? {};
  }
}
