import type { ServerContext } from '../server/exchange.ts';

/** Where everything that steers a running cluster is asked for. */
export const CONTROL_ROOT = '/kctl/v1/';

/** One request below `/kctl/v1/`, read and authorised. */
export interface ControlCall {
  context: ServerContext;
  method: string;
  /** What follows the route's own path, decoded: `['scheduler']` of `/kctl/v1/components/scheduler`. */
  rest: readonly string[];
  query: URLSearchParams;
  /** The JSON that was sent; `{}` where nothing was. */
  body: Readonly<Record<string, unknown>>;
  /** Aborted when the client goes away and when the server stops. */
  signal: AbortSignal;
}

/** Returns what is answered as JSON with status 200. Failures are ApiStatusError (`badRequest`, `notFound`, ...). */
type ControlHandler = (call: ControlCall) => unknown;

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** What answers each method of one path; each is loaded when it is first asked. */
export type ControlRoute = Readonly<Partial<Record<Method, () => Promise<ControlHandler>>>>;
