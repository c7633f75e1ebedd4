import { KctlError } from '../lib/errors.ts';

export interface StatusCause {
  reason?: string;
  message?: string;
  field?: string;
}

export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: StatusCause[];
  retryAfterSeconds?: number;
}

/** meta.k8s.io/v1 Status: how an API server says that a request failed (or, for deletes, that it is done). */
export interface ApiStatus {
  kind: 'Status';
  apiVersion: 'v1';
  metadata: Record<string, unknown>;
  status: 'Success' | 'Failure';
  message?: string;
  reason?: string;
  details?: StatusDetails;
  code?: number;
}

/**
 * A failure that an API server reported. The client throws it for an answer of 400 or more; the
 * emulator throws it from handlers and sends `status` as the answer. Printing it as kubectl does is
 * output/'s business.
 */
export class ApiStatusError extends KctlError {
  readonly status: ApiStatus;

  constructor(status: ApiStatus, options: { cause?: unknown } = {}) {
    super('api', status.message ?? status.reason ?? 'unknown error', options);
    this.name = 'ApiStatusError';
    this.status = status;
  }

  get httpCode(): number {
    return this.status.code ?? 500;
  }

  get reason(): string {
    return this.status.reason ?? '';
  }
}

/** True when `error` is the server's own failure with that reason (`NotFound`, `Conflict`, `Expired`, ...). */
export function isApiError(error: unknown, reason: string): error is ApiStatusError {
  return error instanceof ApiStatusError && error.reason === reason;
}
