import type { KubeObject } from '../../api/meta.ts';
import type { Lister } from '../client.ts';

const INGRESSES = 'ingresses.networking.k8s.io';
const CLASSES = 'ingressclasses.networking.k8s.io';
/** The `spec.controller` of the classes that this cluster serves itself. */
const CONTROLLER = 'kctl.dev/ingress';
const LEGACY_CLASS = 'kubernetes.io/ingress.class';

interface Backend {
  service?: { name: string; port?: { number?: number; name?: string } };
}

interface Path {
  path?: string;
  pathType: 'Exact' | 'Prefix' | 'ImplementationSpecific';
  backend: Backend;
}

interface Rule {
  host?: string;
  http?: { paths: Path[] };
}

/** Where a request goes: a service of the Ingress's own namespace, by number or name of a port. */
export interface Route {
  namespace: string;
  service: string;
  port: number | string;
}

/** Whether the Ingress's class is one that this cluster serves. */
export function isOurs(lister: Lister, ingress: KubeObject): boolean {
  const name: string | undefined =
    ingress['spec'].ingressClassName ?? ingress.metadata.annotations?.[LEGACY_CLASS] ?? undefined;
  const found = name ? lister.get<KubeObject>(CLASSES, undefined, name) : undefined;
  return found?.['spec']?.controller === CONTROLLER;
}

/** `*.example.com` stands for one label; a rule without a host for all. Higher is better, 0 is no match. */
function hostScore(pattern: string | undefined, host: string): number {
  if (!pattern) return 1;
  if (pattern === host) return 3;
  return pattern.startsWith('*.') && host.slice(host.indexOf('.')) === pattern.slice(1) ? 2 : 0;
}

/** A prefix matches whole elements of a path: `/foo` matches `/foo/bar` and not `/foobar` (networking/v1 HTTPIngressPath). */
export function matchesPath({ path = '/', pathType }: Pick<Path, 'path' | 'pathType'>, asked: string): boolean {
  if (pathType === 'Exact') return asked === path;
  const prefix = path.replace(/\/+$/, '');
  return asked === prefix || asked.startsWith(`${prefix}/`) || asked === path;
}

function routeTo(ingress: KubeObject, backend: Backend | undefined): Route | undefined {
  const { service } = backend ?? {};
  if (!service) return undefined;
  const port = service.port?.number ?? service.port?.name;
  return port === undefined ? undefined : { namespace: ingress.metadata.namespace!, service: service.name, port };
}

const ours = (lister: Lister): KubeObject[] =>
  lister.list<KubeObject>(INGRESSES).filter((ingress) => isOurs(lister, ingress));

/** The rule for a request: the closest host, in it the longest path, Exact before others; else a default backend. */
export function routeFor(lister: Lister, host: string, path: string): Route | undefined {
  let best: { score: number; matched: { path: Path; ingress: KubeObject }[] } = { score: 0, matched: [] };
  const all = ours(lister);
  for (const ingress of all) {
    for (const rule of (ingress['spec'].rules ?? []) as Rule[]) {
      const score = hostScore(rule.host, host);
      if (score === 0 || score < best.score) continue;
      if (score > best.score) best = { score, matched: [] };
      for (const one of rule.http?.paths ?? []) {
        if (matchesPath(one, path)) best.matched.push({ path: one, ingress });
      }
    }
  }
  const [first] = best.matched.sort(
    (a, b) =>
      (b.path.path ?? '/').length - (a.path.path ?? '/').length ||
      Number(b.path.pathType === 'Exact') - Number(a.path.pathType === 'Exact'),
  );
  if (first) return routeTo(first.ingress, first.path.backend);
  const fallback = all.find((ingress) => ingress['spec'].defaultBackend);
  return fallback && routeTo(fallback, fallback['spec'].defaultBackend);
}

/** The Secret data of the certificate for a host; undefined where no Ingress has one. */
export function certificateFor(lister: Lister, host: string): { cert: Buffer; key: Buffer } | undefined {
  for (const ingress of ours(lister)) {
    for (const { hosts = [], secretName } of (ingress['spec'].tls ?? []) as {
      hosts?: string[];
      secretName?: string;
    }[]) {
      if (!secretName || !hosts.some((pattern) => hostScore(pattern, host) > 1)) continue;
      const data = lister.get<KubeObject>('secrets', ingress.metadata.namespace, secretName)?.['data'];
      if (!data?.['tls.crt'] || !data['tls.key']) continue;
      return { cert: Buffer.from(data['tls.crt'], 'base64'), key: Buffer.from(data['tls.key'], 'base64') };
    }
  }
  return undefined;
}
