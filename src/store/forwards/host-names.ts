import { createHash } from 'node:crypto';

/**
 * The loopback address of an object, the same each time: 127.x.y.z, apart from 127.0.0.0/16, which other programs
 * use. `taken` ones are passed over.
 */
export function loopbackAddress(
  { context, namespace, name }: { context: string; namespace: string; name: string },
  taken: ReadonlySet<string>,
): string {
  for (let salt = 0; ; salt++) {
    const [a = 0, b = 0, c = 0] = createHash('sha256').update(`${context}\0${namespace}\0${name}\0${salt}`).digest();
    const address = `127.${1 + (a % 254)}.${b}.${1 + (c % 254)}`;
    if (!taken.has(address)) return address;
  }
}

/** As the cluster's own DNS calls a service, shortest last; what is no host name is left out. */
export function namesOf({ namespace, name }: { namespace: string; name: string }): string[] {
  const label = /^[a-z\d]([-a-z\d.]*[a-z\d])?$/;
  if (!label.test(name) || !label.test(namespace)) return [];
  return [`${name}.${namespace}`, `${name}.${namespace}.svc`, `${name}.${namespace}.svc.cluster.local`, name];
}
