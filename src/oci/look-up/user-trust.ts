import type { HostTrust } from '../registry/mirrors/route.ts';
import { routeFiles } from '../registry/mirrors/user-routes.ts';

/** How hosts may be spoken to, as the user has them. */
export interface UserTrust {
  /** Its certificate is not looked at, and it may be spoken to without TLS. */
  isLoose(host: string): boolean;
  /** Authorities and certificates that other programs' files have for it. */
  trust(host: string): HostTrust | undefined;
}

/**
 * What the settings say of hosts, else containerd's, podman's and docker's files; of these, what cannot be read is passed
 * over: pulls tell of it.
 * @param insecure hosts that the settings call so
 */
export function userTrust(env: Record<string, string | undefined>, insecure: readonly string[]): UserTrust {
  const files = routeFiles(env, () => {});
  const known = new Map<string, HostTrust | undefined>();
  const trust = (host: string): HostTrust | undefined => {
    if (!known.has(host)) known.set(host, files.map((file) => file.trust(host)).find(Boolean));
    return known.get(host);
  };
  return { trust, isLoose: (host) => insecure.includes(host) || trust(host)?.insecure === true };
}
