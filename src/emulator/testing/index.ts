import { KctlError } from '../../lib/errors.ts';

// The entry of `kctl/testing`: says what is missing before anything is loaded that needs it.

const OLDEST = [22, 19] as const;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
  throw new KctlError('usage', `kctl/testing needs Node ${OLDEST.join('.')} or newer; this is ${process.version}`);
}

export const { startCluster } = await import('./start-cluster.ts');
