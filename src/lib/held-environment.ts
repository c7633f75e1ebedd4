/**
 * bin/kctl keeps from Node what would make it read certificates that nobody asks for (7 ms and more of every
 * command): with these set, the store of public authorities is filled on the way to every TLS connection, also
 * where a kubeconfig names the only authority that counts. They come in under names of our own.
 */
const held = ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE'] as const;
const prefix = 'KCTL_HELD_';

/** The environment as the user set it: for what kctl starts and for what it looks up. */
export function userEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const whole = { ...env };
  for (const name of held) {
    const value = whole[prefix + name];
    delete whole[prefix + name];
    if (value !== undefined) whole[name] = value;
  }
  return whole;
}

/** Gives the process back what was kept from it. @returns the file of `NODE_EXTRA_CA_CERTS` if that was kept */
export function releaseEnvironment(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const extra = env[`${prefix}NODE_EXTRA_CA_CERTS`];
  for (const name of held) {
    const value = env[prefix + name];
    delete env[prefix + name];
    if (value !== undefined) env[name] = value;
  }
  return extra;
}
