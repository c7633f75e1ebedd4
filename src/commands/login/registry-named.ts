import { KctlError } from '../../lib/errors.ts';
import { parseReference } from '../../oci/reference.ts';

/** Names under which docker.io is known. */
const hub = new Set(['docker.io', 'index.docker.io', 'registry-1.docker.io', 'registry.hub.docker.com']);

/**
 * The host of a registry as names of images have it. @param text absent: docker.io, as of docker
 * @throws KctlError `usage`
 */
export function registryNamed(text: string | undefined): string {
  if (text === undefined) return 'docker.io';
  const host = text.replace(/^https?:\/\//, '').replace(/\/(?:v[12]\/?)?$/, '');
  if (hub.has(host)) return 'docker.io';
  try {
    // A name alone would be taken for a repository of docker.io.
    const known = parseReference(`${host}/x`).registry;
    if (known === host || host === 'localhost') return host;
  } catch {}
  throw new KctlError('usage', `${JSON.stringify(text)} is no registry`, {
    hint: 'For example ghcr.io, or localhost:5000.',
  });
}
