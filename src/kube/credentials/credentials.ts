import type { ClusterOptions } from '../cluster-options.ts';
import type { ResolvedConfig } from '../kubeconfig/resolve.ts';
import type { ClientCertificate, Credentials } from './contract.ts';
import { pemOf, readText } from './pem.ts';

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
