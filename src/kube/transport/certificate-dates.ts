import tls from 'node:tls';
import type { ConnectionFacts } from './connection-error.ts';

/**
 * Reads from when until when a server's certificate is valid, for the message about an expired one:
 * Node's error does not carry the certificate. Nothing is sent on the connection.
 */
export function certificateDates(server: string, servername: string | undefined): Promise<ConnectionFacts> {
  const url = new URL(server);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve) => {
    const name = servername ?? (/^[\d.]+$|:/.test(host) ? undefined : host);
    const socket = tls.connect({
      host,
      port: Number(url.port || 443),
      rejectUnauthorized: false,
      timeout: 2000,
      ...(name ? { servername: name } : {}),
    });
    const done = (facts: ConnectionFacts) => {
      socket.destroy();
      resolve(facts);
    };
    socket.once('secureConnect', () => {
      const certificate = socket.getPeerCertificate();
      done(
        certificate.valid_to
          ? { validFrom: new Date(certificate.valid_from), validTo: new Date(certificate.valid_to) }
          : {},
      );
    });
    socket.once('timeout', () => done({}));
    socket.once('error', () => done({}));
  });
}
