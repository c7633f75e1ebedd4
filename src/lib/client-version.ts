import { kctlVersion } from './version.ts';

/** What `/version` answers; kctl describes itself in the same words. */
export interface VersionInfo {
  major: string;
  minor: string;
  gitVersion: string;
  platform: string;
  [field: string]: string;
}

/** The kubectl whose commands, flags and messages kctl has. */
const kubectlVersion = 'v1.32.5';

/**
 * kctl's version in the form of a kubectl's: scripts compare the numbers of the Kubernetes release it behaves like,
 * and what is behind the `+` says whose build it is, as vendors of Kubernetes do it.
 */
export function clientVersion(): VersionInfo {
  const [major = '', minor = ''] = kubectlVersion.slice(1).split('.');
  const architectures: Record<string, string> = { x64: 'amd64' };
  return {
    major,
    minor,
    gitVersion: `${kubectlVersion}+kctl.${kctlVersion}`,
    nodeVersion: process.version,
    platform: `${process.platform === 'win32' ? 'windows' : process.platform}/${architectures[process.arch] ?? process.arch}`,
  };
}

/** Minor versions that a client and a server may be apart. */
const supportedSkew = 1;

/** kubectl's line about versions that are too far apart; undefined where they are not. */
export function versionSkew(client: VersionInfo, server: VersionInfo): string | undefined {
  const numbers = ({ gitVersion }: VersionInfo) => /^v?(\d+)\.(\d+)/.exec(gitVersion)?.slice(1).map(Number);
  const [own, other] = [numbers(client), numbers(server)];
  if (!own || !other) return undefined;
  const apart = own[0] !== other[0] || Math.abs(own[1]! - other[1]!) > supportedSkew;
  if (!apart) return undefined;
  const versions = `client (${own.join('.')}) and server (${other.join('.')})`;
  return `WARNING: version difference between ${versions} exceeds the supported minor version skew of +/-${supportedSkew}`;
}
