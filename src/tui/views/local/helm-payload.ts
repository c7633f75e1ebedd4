import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { KubeObject } from '../../../api/meta.ts';
import { KctlError } from '../../../lib/errors.ts';

/** A release as helm keeps it in a secret (helm.sh/helm/v3/pkg/release, `Release`). */
export interface HelmRelease {
  name: string;
  namespace?: string;
  version: number;
  info?: { status?: string; description?: string; notes?: string; first_deployed?: string; last_deployed?: string };
  chart?: { metadata?: { name?: string; version?: string; appVersion?: string }; values?: Record<string, unknown> };
  /** What the user gave, over the chart's own values. */
  config?: Record<string, unknown>;
  manifest?: string;
  hooks?: { name: string; kind: string; events?: string[]; manifest?: string }[];
}

/** More than a release may be: a secret holds at most one MiB, and manifests are text. */
const mostBytes = 64 * 2 ** 20;

const unzip = promisify(gunzip);

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
    const release = JSON.parse(json.toString('utf8')) as HelmRelease;
    if (typeof release?.name !== 'string') throw new Error('it has no name');
    return release;
  } catch (error) {
    throw new KctlError('input', `secret ${name} holds no release that can be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
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
