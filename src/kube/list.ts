import type { KubeList, Table } from '../api/meta.ts';
import type { ResourceInfo } from '../api/resource.ts';
import { ApiStatusError, isApiError } from '../api/status.ts';
import { KctlError } from '../lib/errors.ts';
import type { ApiRequest, Transport } from './cluster.ts';

/** What kubectl asks for with `--chunk-size`'s default. */
const pageSize = 500;

/** Asks a server to print; one that cannot answers with the objects. */
export const tableAccept =
  'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json';

export interface ListRequest {
  path: string;
  query?: ApiRequest['query'];
  /** `tableAccept` for a printed list. */
  accept?: string;
  /** Items per page; 0 asks for everything at once. */
  limit?: number;
  signal?: AbortSignal;
  /** Names what could not be listed in messages. */
  resource?: ResourceInfo;
}

/**
 * The pages of a list, each as it comes.
 * @throws ApiStatusError; for a list that changed too much between two pages, KctlError with advice
 */
export async function* listPages<Page extends KubeList | Table = KubeList>(
  transport: Transport,
  request: ListRequest,
): AsyncGenerator<Page, void, void> {
  const limit = request.limit ?? pageSize;
  let token: string | undefined;
  let count = 0;
  do {
    const page: Page = await fetchPage(transport, request, limit, token, count);
    count += ('rows' in page ? page.rows : page.items)?.length ?? 0;
    const next = page.metadata?.continue || undefined;
    if (next !== undefined && next === token) throw new KctlError('api', endlessList);
    token = next;
    yield page;
  } while (token !== undefined);
}

const endlessList = 'the server never comes to the end of the list: it answers with the same page again';

async function fetchPage<Page>(
  transport: Transport,
  request: ListRequest,
  limit: number,
  token: string | undefined,
  count: number,
): Promise<Page> {
  try {
    return await transport.json<Page>({
      method: 'GET',
      path: request.path,
      query: { ...request.query, continue: token, limit: limit > 0 ? limit : undefined },
      ...(request.accept ? { accept: request.accept } : {}),
      ...(count > 0 && { waitingFor: `${request.path.split('/').at(-1)}, ${count} so far` }),
      ...(request.signal ? { signal: request.signal } : {}),
    });
  } catch (error) {
    throw token !== undefined && isExpired(error) ? expiredList(error) : explain(error, request);
  }
}

export function isExpired(error: unknown): error is ApiStatusError {
  return (
    error instanceof ApiStatusError && (error.httpCode === 410 || error.reason === 'Expired' || error.reason === 'Gone')
  );
}

function expiredList(cause: ApiStatusError): KctlError {
  return new KctlError('api', cause.message, {
    prefix: `Error from server (${cause.reason || 'Expired'}): `,
    hint: 'the list changed while it was read in pages: use --chunk-size=0 to read it in one request',
    cause,
  });
}

/** kubectl says what it could not list where the server's own answer does not (cli-runtime, `EnhanceListError`). */
function explain(error: unknown, request: ListRequest): unknown {
  const { resource } = request;
  if (!resource || !(isApiError(error, 'BadRequest') || isApiError(error, 'NotFound'))) return error;
  const { labelSelector, fieldSelector } = request.query ?? {};
  const name = `"${resource.group}/${resource.version}, Resource=${resource.plural}"`;
  const text =
    labelSelector || fieldSelector
      ? `Unable to find ${name} that match label selector "${labelSelector ?? ''}", field selector "${fieldSelector ?? ''}": ${error.message}`
      : `Unable to list ${name}: ${error.message}`;
  return new ApiStatusError({ ...error.status, message: text }, { cause: error });
}
