import { readFileSync } from 'node:fs';
import { KctlError } from '../../lib/errors.ts';
import type { ClusterOptions } from '../cluster-options.ts';
import { fileError } from '../kubeconfig/file-error.ts';
import type { ResolvedConfig } from '../kubeconfig/resolve.ts';

export interface ClientCertificate {
  cert: string;
  key: string;
}

/** Proves to one server who the user is. Nothing of it is ever logged. */
export interface Credentials {
  /** The `Authorization` header, or undefined where there is none. */
  authorization(): Promise<string | undefined>;
  /** A PEM pair for TLS. */
  certificate(): Promise<ClientCertificate | undefined>;
  /** After a 401: true when there may be something new to try. */
  refresh(): Promise<boolean>;
}

const nothing: Credentials = {
  authorization: async () => undefined,
  certificate: async () => undefined,
  refresh: async () => false,
};

/**
 * The credentials of a user, in client-go's order: certificate beside token file, token, basic, then
 * auth provider, then plugin. A server reached without TLS gets none: they would be readable on the way.
 */
export async function openCredentials(config: ResolvedConfig, options: ClusterOptions): Promise<Credentials> {
  if (!/^https:/i.test(config.cluster.server)) return nothing;
  const { user } = config;
  const certificate = readCertificate(user);
  const withCertificate = (other: Credentials): Credentials =>
    certificate ? { ...other, certificate: async () => certificate } : other;

  if (user.tokenFile) return withCertificate(tokenFile(user.tokenFile));
  if (user.token) return withCertificate(fixed(`Bearer ${user.token}`));
  if (user.username || user.password) {
    const pair = Buffer.from(`${user.username ?? ''}:${user.password ?? ''}`).toString('base64');
    return withCertificate(fixed(`Basic ${pair}`));
  }
  if (certificate) return withCertificate(nothing);
  if (user['auth-provider']) {
    const { authProvider } = await import('./auth-provider.ts');
    return authProvider(user['auth-provider'], config);
  }
  if (user.exec) {
    const { execCredentials } = await import('./exec-plugin.ts');
    return execCredentials(user.exec, config.cluster, options);
  }
  return nothing;
}

function fixed(header: string): Credentials {
  return { ...nothing, authorization: async () => header };
}

function readCertificate(user: ResolvedConfig['user']): ClientCertificate | undefined {
  const cert = pemOf(user['client-certificate-data'], user['client-certificate']);
  const key = pemOf(user['client-key-data'], user['client-key']);
  return cert && key ? { cert, key } : undefined;
}

/** PEM text from inline base64, which wins, or from a file. */
export function pemOf(data: string | undefined, file: string | undefined): string | undefined {
  if (data) return Buffer.from(data, 'base64').toString('utf8');
  return file ? readText(file) : undefined;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new KctlError('config', fileError(error, 'open', file), { cause: error });
  }
}

/** Kubelets renew projected tokens in place, so the file is read again, at most once a minute (client-go, `CachingTokenSource`). */
const tokenLifetime = 60_000;

function tokenFile(file: string, now: () => number = Date.now): Credentials {
  let token = readText(file).trim();
  let readAt = now();
  return {
    ...nothing,
    async authorization() {
      if (now() - readAt >= tokenLifetime) {
        readAt = now();
        // A file that is being replaced must not end a session that works.
        try {
          token = readText(file).trim() || token;
        } catch {
          // The next minute reads it again.
        }
      }
      return `Bearer ${token}`;
    },
    async refresh() {
      const before = token;
      token = readText(file).trim();
      readAt = now();
      return token !== before;
    },
  };
}
