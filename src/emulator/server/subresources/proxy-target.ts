import type { IncomingMessage } from 'node:http';
import { posix } from 'node:path';
import type { Exchange } from '../exchange.ts';
import type { ResourceTarget } from '../request-info.ts';
import { type Backend, podBackend, serviceBackend } from './proxy-backend.ts';

type Locate = (exchange: Exchange, target: ResourceTarget) => Backend | Promise<Backend>;

/** What a request to the proxy of a resource goes to. @throws ApiStatusError 400, 404, 503 */
export const locate: Readonly<Record<string, Locate>> = {
  pods: podBackend,
  services: serviceBackend,
  nodes: async (exchange, target) => (await import('./node-backend.ts')).nodeBackend(exchange, target),
};

/** The path behind `/proxy`, cleaned as Go's path.Join does, with its trailing slash; `` where there is none. */
export function pathOf({ path }: Exchange, { rest }: ResourceTarget): string {
  const joined = rest === '' ? '' : posix.join('/', rest);
  const isFolder = path.endsWith('/') && !joined.endsWith('/');
  return encodePath(joined + (isFolder ? '/' : ''));
}

const encodePath = (path: string): string =>
  path
    .split('/')
    .map((part) => encodeURIComponent(part).replace(/%(24|26|2B|2C|3A|3B|3D|40)/g, (code) => decodeURIComponent(code)))
    .join('/');

/** What stands before the backend's own path. */
export function prefixOf(whole: string, path: string): string {
  const bare = path === '' ? whole : whole.slice(0, whole.length - path.length);
  return whole.endsWith(path) ? bare : whole.slice(0, whole.indexOf('/proxy') + '/proxy'.length);
}

/** With its question mark. */
export const searchOf = ({ url = '' }: IncomingMessage): string =>
  url.includes('?') ? url.slice(url.indexOf('?')) : '';
