import { KctlError } from '../../lib/errors.ts';

/**
 * The server's address as a URL without trailing slash. `host:port` alone is HTTP, whatever TLS settings are at
 * hand: client-go decides before it has read them (`clientcmd`, `ClientConfig`).
 * @throws KctlError `config`
 */
export function serverUrl(text: string): string {
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const invalidPort = /^[a-z]+:\/\/[^/]*:(\d+)(?:\/|$)/i.exec(full)?.[1];
  if (invalidPort && Number(invalidPort) > 65_535) {
    throw new KctlError(
      'connection',
      `Unable to connect to the server: dial tcp: address ${invalidPort}: invalid port`,
      { prefix: '', cause: { server: full } },
    );
  }
  const url = URL.parse(full);
  if (url && url.host !== '' && !/^https?:$/.test(url.protocol)) {
    const scheme = JSON.stringify(url.protocol.slice(0, -1));
    const message = `Unable to connect to the server: unsupported protocol scheme ${scheme}`;
    throw new KctlError('connection', message, { prefix: '', cause: { server: full } });
  }
  const bare = full !== text;
  if (!url?.hostname || (bare && url.pathname !== '/') || !/^https?:$/.test(url.protocol)) {
    throw new KctlError('config', `host must be a URL or a host:port pair: "${text}"`);
  }
  return full.replace(/\/+$/, '');
}
