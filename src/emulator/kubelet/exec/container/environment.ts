import type { KubeObject } from '../../../../api/meta.ts';
import type { Lister } from '../../../client.ts';
import type { ContainerSpec } from '../../../runtime/container.ts';
import { fieldValue, resourceValue } from './fields.ts';

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const bytes = (text: string): string => Buffer.from(text, 'base64').toString();

/** Every key of a ConfigMap or Secret as text. */
function dataOf(
  lister: Lister,
  resource: 'configmaps' | 'secrets',
  namespace: string,
  name: string,
): Map<string, string> | undefined {
  const object = lister.get<KubeObject>(resource, namespace, name);
  if (!object) return undefined;
  const data = Object.entries((object['data'] ?? {}) as Record<string, string>);
  return new Map(resource === 'secrets' ? data.map(([key, value]) => [key, bytes(value)]) : data);
}

interface ServicePort {
  name?: string;
  port: number;
  protocol?: string;
}

const envName = (name: string): string => name.toUpperCase().replaceAll('-', '_');

/** The variables for services, of the pod's own namespace and for the API server (Kubernetes envvars.FromServices). */
function serviceVariables(lister: Lister, pod: KubeObject): Map<string, string> {
  const env = new Map<string, string>();
  const { namespace } = pod.metadata;
  const services = new Map<string, KubeObject>();
  const api = lister.get<KubeObject>('services', 'default', 'kubernetes');
  if (api) services.set('kubernetes', api);
  if (pod['spec'].enableServiceLinks !== false)
    for (const one of lister.list<KubeObject>('services', namespace)) services.set(one.metadata.name!, one);
  for (const [name, service] of services) {
    const address: string | undefined = service['spec'].clusterIP;
    const ports: ServicePort[] = service['spec'].ports ?? [];
    if (!address || address === 'None' || ports.length === 0) continue;
    const prefix = envName(name);
    env.set(`${prefix}_SERVICE_HOST`, address);
    env.set(`${prefix}_SERVICE_PORT`, String(ports[0]!.port));
    for (const { name: title, port } of ports)
      if (title) env.set(`${prefix}_SERVICE_PORT_${envName(title)}`, String(port));
    const url = ({ protocol = 'TCP', port }: ServicePort) => `${protocol.toLowerCase()}://${address}:${port}`;
    env.set(`${prefix}_PORT`, url(ports[0]!));
    for (const one of ports) {
      const { protocol = 'TCP', port } = one;
      const title = `${prefix}_PORT_${port}_${protocol}`;
      env.set(title, url(one));
      env.set(`${title}_PROTO`, protocol.toLowerCase());
      env.set(`${title}_PORT`, String(port));
      env.set(`${title}_ADDR`, address);
    }
  }
  return env;
}

/** `$(NAME)` by what is known; `$$(NAME)` stays as `$(NAME)`, and so does what nobody knows. */
function expandReferences(text: string, ...scopes: ReadonlyMap<string, string>[]): string {
  return text.replace(/\$(\$|\(([^)]*)\))/g, (whole, rest: string, name: string | undefined) => {
    if (rest === '$') return '$';
    return scopes.find((scope) => scope.has(name!))?.get(name!) ?? whole;
  });
}

/** What a container's processes find in their environment (kubelet makeEnvironmentVariables, then what the runtime adds). */
export function environmentOf(
  lister: Lister,
  pod: KubeObject,
  container: ContainerSpec,
  image: { env: Readonly<Record<string, string>>; hostname: string; home: string; tty: boolean },
): Map<string, string> {
  const namespace = pod.metadata.namespace!;
  const services = serviceVariables(lister, pod);
  const own = new Map<string, string>();
  for (const { prefix = '', configMapRef, secretRef } of (container.envFrom ?? []) as {
    prefix?: string;
    configMapRef?: { name: string };
    secretRef?: { name: string };
  }[]) {
    const data = configMapRef
      ? dataOf(lister, 'configmaps', namespace, configMapRef.name)
      : secretRef
        ? dataOf(lister, 'secrets', namespace, secretRef.name)
        : undefined;
    for (const [key, value] of data ?? []) own.set(prefix + key, value);
  }
  for (const { name, value, valueFrom } of container.env ?? []) {
    if (valueFrom === undefined) {
      own.set(name, expandReferences(value ?? '', own, services));
      continue;
    }
    const { configMapKeyRef, secretKeyRef, fieldRef, resourceFieldRef } = valueFrom;
    const found = configMapKeyRef
      ? dataOf(lister, 'configmaps', namespace, configMapKeyRef.name)?.get(configMapKeyRef.key)
      : secretKeyRef
        ? dataOf(lister, 'secrets', namespace, secretKeyRef.name)?.get(secretKeyRef.key)
        : fieldRef
          ? fieldValue(pod, fieldRef.fieldPath)
          : resourceFieldRef
            ? resourceValue(lister, pod, container, resourceFieldRef)
            : undefined;
    if (found !== undefined) own.set(name, found);
  }
  const env = new Map([
    ['PATH', PATH],
    ['HOSTNAME', image.hostname],
    ...(image.tty ? ([['TERM', 'xterm']] as const) : []),
    ...Object.entries(image.env),
  ]);
  for (const [name, value] of own) env.set(name, value);
  for (const [name, value] of services) if (!own.has(name)) env.set(name, value);
  if (!env.has('HOME')) env.set('HOME', image.home);
  return env;
}

/** command and args with `$(NAME)` replaced, or those of the image. */
export function commandOf(
  container: ContainerSpec,
  env: ReadonlyMap<string, string>,
  entrypoint: readonly string[] = [],
): string[] {
  // What a real image starts is there also where the spec has arguments only.
  const isOwn = container.args?.length && !container.command?.length;
  return [...(isOwn ? entrypoint : (container.command ?? [])), ...(container.args ?? [])].map((word) =>
    expandReferences(word, env),
  );
}
