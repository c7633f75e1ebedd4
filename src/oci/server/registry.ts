import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import type { ImageStore } from '../store/types.ts';
import { Authentication, TOKEN_PATH } from './authentication.ts';
import { deleteBlob, getBlob } from './blob-routes.ts';
import { answerJson, type RegistryCall, type RegistryHandler } from './call.ts';
import { catalog, listReferrers, listTags, ping } from './list-routes.ts';
import { deleteManifest, getManifest, putManifest } from './manifest-routes.ts';
import type { CheckPassword } from './passwords.ts';
import { diskFull, isDiskFull, RegistryError } from './registry-error.ts';
import { beginUpload, cancelUpload, finishUpload, uploadChunk, uploadStatus } from './upload-routes.ts';
import { type UploadLimits, Uploads, uploadLimits } from './uploads.ts';

export interface RegistryOptions {
  /** Who may use it; everybody who reaches it where absent. */
  checkPassword?: CheckPassword | undefined;
  /** Host names by which it may be called, beside addresses and `localhost`. */
  hosts?: readonly string[];
  limits?: Partial<UploadLimits>;
  /** Told of each request that was answered. */
  log?: ((line: string) => void) | undefined;
  /** The time, in ms. */
  now?: () => number;
}

/** A registry over a store, for any HTTP server. */
export interface Registry {
  /** Answers a request for a path below `/v2/`. Never throws. */
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** Gives up what uploads hold; what they have sent is kept. The store stays open. */
  close(): Promise<void>;
}

interface Route {
  path: RegExp;
  methods: Readonly<Record<string, RegistryHandler>>;
}

const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const NAME = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`);
const MAX_NAME = 255;

/** The end points of the distribution specification 1.1, and `_catalog`. */
const routes: readonly Route[] = [
  { path: /^\/v2\/?$/, methods: { GET: ping, HEAD: ping } },
  { path: /^\/v2\/_catalog$/, methods: { GET: catalog } },
  { path: /^\/v2\/(.+)\/tags\/list$/, methods: { GET: listTags } },
  { path: /^\/v2\/(.+)\/referrers\/([^/]+)$/, methods: { GET: listReferrers } },
  { path: /^\/v2\/(.+)\/blobs\/uploads\/?$/, methods: { POST: beginUpload } },
  {
    path: /^\/v2\/(.+)\/blobs\/uploads\/([^/]+)$/,
    methods: { GET: uploadStatus, PATCH: uploadChunk, PUT: finishUpload, DELETE: cancelUpload },
  },
  { path: /^\/v2\/(.+)\/blobs\/([^/]+)$/, methods: { GET: getBlob, HEAD: getBlob, DELETE: deleteBlob } },
  {
    path: /^\/v2\/(.+)\/manifests\/([^/]+)$/,
    methods: { GET: getManifest, HEAD: getManifest, PUT: putManifest, DELETE: deleteManifest },
  },
];

const SWEEP_MS = 60_000;

/** Serves the repositories of a store. */
export function openRegistry(store: ImageStore, options: RegistryOptions = {}): Registry {
  const now = options.now ?? Date.now;
  const uploads = new Uploads(store, { ...uploadLimits, ...options.limits }, now);
  const authentication = options.checkPassword && new Authentication(options.checkPassword, now);
  const sweeping = setInterval(() => void uploads.sweep().catch(() => {}), SWEEP_MS).unref();

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('docker-distribution-api-version', 'registry/2.0');
    response.setHeader('x-content-type-options', 'nosniff');
    refuseStrangers(request, options.hosts ?? []);
    const { pathname, searchParams: query } = addressOf(request);
    if (authentication && pathname === TOKEN_PATH && request.method === 'GET') {
      await authentication.giveToken(request, response);
      return;
    }
    await authentication?.require(request);
    const { handler, repository, last } = route(request.method ?? '', pathname);
    const call: RegistryCall = { request, response, store, uploads, repository, last, query };
    await handler(call);
  }

  return {
    handle(request, response) {
      const begun = performance.now();
      if (options.log) {
        response.once('close', () => {
          const ms = Math.round(performance.now() - begun);
          options.log?.(`${request.method} ${JSON.stringify(request.url)} ${response.statusCode} ${ms}ms`);
        });
      }
      serve(request, response).catch((error) => answerError(request, response, error, options.log));
    },
    async close() {
      clearInterval(sweeping);
      await uploads.close();
    },
  };
}

function addressOf(request: IncomingMessage): { pathname: string; searchParams: URLSearchParams } {
  try {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://registry');
    return { pathname: decodeURIComponent(pathname), searchParams };
  } catch {
    throw new RegistryError('NAME_INVALID', 'the address cannot be read');
  }
}

function route(method: string, path: string): { handler: RegistryHandler; repository: string; last: string } {
  for (const { path: pattern, methods } of routes) {
    const match = pattern.exec(path);
    if (!match) continue;
    const [, repository = '', last = ''] = match;
    if (repository !== '' && (!NAME.test(repository) || repository.length > MAX_NAME)) {
      throw new RegistryError('NAME_INVALID', `${JSON.stringify(repository)} is no valid name`, {
        detail: { name: repository },
      });
    }
    const handler = methods[method];
    if (handler) return { handler, repository, last };
    throw new RegistryError('UNSUPPORTED', `${method} is not supported here`, {
      headers: { allow: Object.keys(methods).join(', ') },
    });
  }
  throw new RegistryError('UNSUPPORTED', 'there is nothing at this address', { status: 404 });
}

/**
 * A page of the web must not reach a registry on this machine through its user's browser: neither by a name of its own
 * that leads here, nor by a request to here. No client of registries sends an Origin.
 * @throws RegistryError `DENIED`
 */
function refuseStrangers({ headers }: IncomingMessage, hosts: readonly string[]): void {
  const name = hostName(headers.host ?? '');
  const isKnown =
    isIP(name) !== 0 || name === 'localhost' || name.endsWith('.localhost') || name === '' || hosts.includes(name);
  if (!isKnown) throw new RegistryError('DENIED', `this registry is not called ${JSON.stringify(name)}`);
  const { origin } = headers;
  if (origin === undefined || origin.replace(/^https?:\/\//, '') === headers.host) return;
  throw new RegistryError('DENIED', 'this registry is not for pages of the web');
}

/** `registry.local` of `registry.local:5000`, `::1` of `[::1]:5000`. */
function hostName(host: string): string {
  const bracketed = /^\[([^\]]*)\]/.exec(host)?.[1];
  return (bracketed ?? host.replace(/:\d+$/, '')).toLowerCase();
}

function answerError(
  request: IncomingMessage,
  response: ServerResponse,
  error: unknown,
  log: RegistryOptions['log'],
): void {
  // Half an answer cannot be made good; the client sees that it ends too early.
  if (response.headersSent || response.destroyed || (request.destroyed && !request.complete)) {
    response.destroy();
    return;
  }
  const known =
    error instanceof RegistryError
      ? error
      : isDiskFull(error)
        ? diskFull()
        : new RegistryError('UNKNOWN', 'the registry failed to answer this');
  if (known !== error) log?.(`error: ${(error as Error).message}`);
  // What the client still sends is read past, so that it gets to read the answer.
  request.resume();
  const { code, message, detail } = known;
  answerJson(
    { request, response },
    known.status,
    { errors: [{ code, message, ...(detail === undefined ? {} : { detail }) }] },
    known.headers,
  );
}
