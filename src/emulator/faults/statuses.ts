import { ApiStatusError } from '../../api/status.ts';
import {
  failure,
  forbidden,
  type Named,
  noSuchResource,
  notFound,
  plainError,
  staleVersion,
  tooManyRequests,
  unauthorized,
} from '../errors.ts';

/** What a request is about, as far as answers name it. */
export interface About {
  resource: Named;
  name: string;
}

/**
 * The answers that can be asked for, each as a real server gives it: 429 of its overload filter, 500 of an etcd
 * that loses its leader, 503 of `NewServiceUnavailable`, 504 of its timeout filter (apimachinery, api/errors;
 * apiserver, server/filters).
 */
export const faultStatuses: Readonly<Record<number, (about: About) => ApiStatusError>> = {
  401: unauthorized,
  403: ({ resource, name }) => forbidden(resource, name, 'a fault refuses it'),
  404: ({ resource, name }) => (name ? notFound(resource, name) : noSuchResource()),
  409: ({ resource, name }) => staleVersion(resource, name),
  429: () => tooManyRequests('Too many requests, please try again later.', { retryAfterSeconds: 1 }),
  500: () => plainError('etcdserver: leader changed'),
  503: () =>
    new ApiStatusError(failure(503, 'ServiceUnavailable', 'the server is currently unable to handle the request')),
  504: () =>
    new ApiStatusError(failure(504, 'Timeout', 'Timeout: request did not complete within the allotted timeout', {})),
};

/** Those that only answer what would change something. */
export const writesOnly: ReadonlySet<number> = new Set([409]);
