import { KctlError } from '../../lib/errors.ts';
import { editKubeconfigFile } from '../kubeconfig/edit.ts';
import type { AuthProviderConfig } from '../kubeconfig/model.ts';
import type { ResolvedConfig } from '../kubeconfig/resolve.ts';
import type { Credentials } from './contract.ts';
import { type OidcSettings, refreshIdToken } from './oidc-refresh.ts';
import { pemOf } from './pem.ts';

/** Tokens this close to their end are renewed (client-go, oidc plugin). */
const expiryMargin = 10_000;

function fail(message: string, cause?: unknown): KctlError {
  return new KctlError('auth', `Unable to connect to the server: ${message}`, {
    prefix: '',
    ...(cause === undefined ? {} : { cause }),
  });
}

/**
 * The `auth-provider` stanza; only `oidc` is left of them. The id-token is used until it expires, then
 * renewed with the refresh-token, and both are written back to the kubeconfig they came from.
 * @throws KctlError `config` for other providers
 */
export function authProvider(
  provider: AuthProviderConfig,
  config: ResolvedConfig,
  now: () => number = Date.now,
): Credentials {
  if (provider.name !== 'oidc') {
    throw new KctlError('config', `no Auth Provider found for name "${provider.name ?? ''}"`, {
      hint: 'providers of cloud vendors left kubectl in 1.26: use their exec plugins',
    });
  }
  const settings: OidcSettings = { ...provider.config };
  for (const field of ['idp-issuer-url', 'client-id'] as const) {
    if (!settings[field]) throw new KctlError('config', `Must provide ${field}`);
  }
  let renewing: Promise<string> | undefined;

  const renew = () => {
    renewing ??= renewToken(settings, config).finally(() => {
      renewing = undefined;
    });
    return renewing;
  };
  return {
    async authorization() {
      const token = settings['id-token'];
      return `Bearer ${token && expiresAt(token) - expiryMargin > now() ? token : await renew()}`;
    },
    certificate: async () => undefined,
    // The issuer's clock decides, not the API server's: a token that is not expired is not renewed.
    refresh: async () => false,
  };
}

/** `exp` of a JSON Web Token in milliseconds. */
function expiresAt(token: string): number {
  try {
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as { exp?: number };
    return (claims.exp ?? 0) * 1000;
  } catch (error) {
    throw fail('malformed id-token in the kubeconfig', error);
  }
}

async function renewToken(settings: OidcSettings, config: ResolvedConfig): Promise<string> {
  if (!settings['refresh-token']) throw fail('No valid id-token, and cannot refresh without refresh-token');
  const ca = pemOf(settings['idp-certificate-authority-data'], settings['idp-certificate-authority']);
  const tokens = await refreshIdToken(settings, ca).catch((error: unknown) => {
    throw fail(`failed to refresh token: ${(error as Error).message}`, error);
  });
  settings['id-token'] = tokens.idToken;
  if (tokens.refreshToken) settings['refresh-token'] = tokens.refreshToken;
  if (config.userFile) {
    const name = config.userName;
    // Without this the next run would present a refresh-token that the issuer has already replaced.
    await editKubeconfigFile(config.userFile, (document) => {
      for (const field of ['id-token', 'refresh-token'] as const) {
        document.setStanza('users', name, ['auth-provider', 'config', field], settings[field]);
      }
    });
  }
  return tokens.idToken;
}
