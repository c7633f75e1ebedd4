import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { KubeObject } from '../../api/meta.ts';
import { KctlError } from '../../lib/errors.ts';
import { parseExactJson } from '../../lib/exact-json.ts';

/** One hook of a release (helm.sh/helm/v3/pkg/release, `Hook`). */
export interface HelmHook {
  name: string;
  kind: string;
  path?: string;
  manifest?: string;
  /** `pre-rollback`, `post-delete`, ... */
  events?: string[];
  weight?: number;
  /** `before-hook-creation`, `hook-succeeded`, `hook-failed`. */
  delete_policies?: string[];
  /** `hook-succeeded`, `hook-failed`. */
  output_log_policies?: string[];
  last_run?: { started_at?: string; completed_at?: string; phase: string };
}

/** A release as helm keeps it in a secret (helm.sh/helm/v3/pkg/release, `Release`). Times are RFC 3339, or '' for none. */
export interface HelmRelease {
  name: string;
  namespace?: string;
  version: number;
  info?: {
    status?: string;
    description?: string;
    notes?: string;
    first_deployed?: string;
    last_deployed?: string;
    deleted?: string;
  };
  chart?: { metadata?: { name?: string; version?: string; appVersion?: string }; values?: Record<string, unknown> };
  /** What the user gave, over the chart's own values. */
  config?: Record<string, unknown>;
  manifest?: string;
  hooks?: HelmHook[];
  /** Helm 4: `ssa` or `csa`, which server or client applied it; helm 3 knows only the client's way and says nothing. */
  apply_method?: string;
}

/** More than a release may be: a secret holds at most one MiB, and manifests are text. */
const mostBytes = 64 * 2 ** 20;

const [unzip, zip] = [promisify(gunzip), promisify(gzip)];

/**
 * Reads the release in a secret: base64 of the API, within it helm's own base64, within it gzip (or, from old
 * versions, plain) JSON (helm.sh/helm/v3/pkg/storage/driver, `decodeRelease`).
 * @throws KctlError `input` for what is no release
 */
export async function readRelease(secret: KubeObject): Promise<HelmRelease> {
  const data: unknown = secret['data']?.release;
  const name = secret.metadata.name ?? '';
  if (typeof data !== 'string') throw new KctlError('input', `secret ${name} holds no release`);
  const bytes = Buffer.from(Buffer.from(data, 'base64').toString('latin1'), 'base64');
  try {
    const isZipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
    const json = isZipped ? await unzip(bytes, { maxOutputLength: mostBytes }) : bytes;
    const release = parseExactJson(json.toString('utf8')) as HelmRelease;
    if (typeof release?.name !== 'string') throw new Error('it has no name');
    return release;
  } catch (error) {
    throw new KctlError('input', `secret ${name} holds no release that can be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** The `data.release` of a secret that holds `release`: the way back of `readRelease`. */
export async function encodeRelease(release: HelmRelease): Promise<string> {
  const zipped = await zip(JSON.stringify(release), { level: 9 });
  return Buffer.from(zipped.toString('base64'), 'latin1').toString('base64');
}

/** The secret that a revision is kept in. */
export function releaseSecretName(name: string, revision: number): string {
  return `sh.helm.release.v1.${name}.v${revision}`;
}

/** The release and the revision that a secret of that name keeps; undefined for other names. */
export function parseReleaseSecretName(secret: string): { name: string; revision: number } | undefined {
  const match = /^sh\.helm\.release\.v1\.(.+)\.v(\d+)$/.exec(secret);
  return match ? { name: match[1]!, revision: Number(match[2]) } : undefined;
}

/** `nginx-1.2.3`; '' where the release does not say. */
export function chartName({ chart }: Pick<HelmRelease, 'chart'>): string {
  const { name, version } = chart?.metadata ?? {};
  return name === undefined ? '' : `${name}-${version ?? ''}`;
}

type Values = Readonly<Record<string, unknown>>;
const isMap = (value: unknown): value is Values => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The values that templates see: the user's over the chart's; null takes a value away (`chartutil.CoalesceValues`). */
export function allValues({ chart, config }: HelmRelease): Values {
  return over(chart?.values ?? {}, config ?? {});
}

function over(base: Values, given: Values): Values {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(given)) {
    if (value === null) delete merged[key];
    else merged[key] = isMap(value) && isMap(base[key]) ? over(base[key], value) : value;
  }
  return merged;
}
