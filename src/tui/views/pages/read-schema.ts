import type { OpenApiDocument } from '../../../api/openapi/document.ts';
import type { ResourceInfo } from '../../../api/resource.ts';
import { KctlError } from '../../../lib/errors.ts';
import type { DashboardServices } from '../../services.ts';

type Index = { paths?: Readonly<Record<string, { serverRelativeURL: string } | undefined>> };

/** Documents are large: the last few that were read are kept, each by the URL that names its content. */
const mostKept = 4;
const kept = new Map<string, OpenApiDocument>();

/**
 * The OpenAPI document of a kind's group and version.
 * @throws KctlError `api` where the server has none
 */
export async function readSchema(
  { cluster }: DashboardServices,
  { group, version }: ResourceInfo,
): Promise<OpenApiDocument> {
  const { transport } = cluster;
  const { paths = {} } = await transport.json<Index>({ method: 'GET', path: '/openapi/v3' });
  const name = group ? `apis/${group}/${version}` : `api/${version}`;
  const url = paths[name]?.serverRelativeURL;
  if (!url) throw new KctlError('api', `the server has no OpenAPI document of ${group ? `${group}/` : ''}${version}`);
  const key = `${transport.server} ${url}`;
  const known = kept.get(key);
  if (known) return known;
  const { pathname, searchParams } = new URL(url, 'http://server');
  const document = await transport.json<OpenApiDocument>({
    method: 'GET',
    path: pathname,
    query: Object.fromEntries(searchParams),
  });
  kept.set(key, document);
  for (const old of [...kept.keys()].slice(0, -mostKept)) kept.delete(old);
  return document;
}
