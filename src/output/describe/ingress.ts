import type { KubeObject } from '../../api/meta.ts';
import { loadBalancerAddresses } from '../../api/tables/define.ts';
import { endpointsText, slicesOf } from './endpoint-slices.ts';
import { type DescribeFetch, notFoundText } from './fetch.ts';
import { annotations, events, labels, layout, name, namespace, type Section } from './layout.ts';
import type { DescribeText } from './text.ts';
import { NONE } from './text.ts';

interface Backend {
  service?: { name: string; port?: { number?: number; name?: string } };
  resource?: { apiGroup?: string; kind: string; name: string };
}

interface Rule {
  host?: string;
  http?: { paths?: { path?: string; backend: Backend }[] };
}

interface Tls {
  secretName?: string;
  hosts?: string[];
}

/** The words for a backend. */
type BackendText = (backend: Backend) => Promise<string>;

const rules: Section = async (out, { metadata, spec }, { fetch }) => {
  const backendText = backendTexts(fetch, metadata.namespace ?? '');
  const fallback = spec?.defaultBackend ? await backendText(spec.defaultBackend) : '<default>';
  out.field(0, 'Default backend', fallback);
  writeTls(out, spec?.tls ?? []);
  out.line(0, 'Rules:');
  out.columns(1, ['Host', 'Path', 'Backends']);
  const withPaths = ((spec?.rules ?? []) as Rule[]).filter(({ http }) => http);
  if (withPaths.length === 0) out.line(1, `*\t*\t${fallback}`);
  for (const { host, http } of withPaths) {
    out.line(1, `${host || '*'}\t`);
    for (const { path = '', backend } of http?.paths ?? []) out.line(2, `\t${path} \t${await backendText(backend)}`);
  }
};

export const describeIngress = layout(
  name,
  labels,
  namespace,
  ['Address', ({ status }) => loadBalancerAddresses(status?.loadBalancer).join(',')],
  ['Ingress Class', ({ spec }) => spec?.ingressClassName ?? NONE],
  rules,
  annotations,
  events,
);

function writeTls(out: DescribeText, tls: readonly Tls[]): void {
  if (tls.length > 0) out.line(0, 'TLS:');
  for (const { secretName, hosts = [] } of tls) {
    out.line(1, secretName ? `${secretName} terminates ${hosts.join(',')}` : `SNI routes ${hosts.join(',')}`);
  }
}

/** Every service is looked up once, however many paths lead to it. */
function backendTexts(fetch: DescribeFetch, namespace: string): BackendText {
  const known = new Map<string, ReturnType<typeof lookUp>>();
  return async ({ service, resource }) => {
    if (service) {
      const found = known.get(service.name) ?? lookUp(fetch, namespace, service.name);
      known.set(service.name, found);
      return `${service.name}:${service.port?.number || (service.port?.name ?? '')} (${endpoints(service, await found)})`;
    }
    if (!resource) return '';
    return `APIGroup: ${resource.apiGroup ?? NONE}, Kind: ${resource.kind}, Name: ${resource.name}`;
  };
}

async function lookUp(
  fetch: DescribeFetch,
  namespace: string,
  serviceName: string,
): Promise<{ service: KubeObject; slices: KubeObject[] } | { failure: string }> {
  try {
    const slices = await slicesOf(fetch, namespace, serviceName);
    const service = await fetch.get('services', namespace, serviceName);
    return service ? { service, slices } : { failure: notFoundText('services', serviceName) };
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  }
}

function endpoints({ port }: NonNullable<Backend['service']>, found: Awaited<ReturnType<typeof lookUp>>): string {
  if ('failure' in found) return `<error: ${found.failure}>`;
  const ports: { name?: string; port: number }[] = found.service.spec?.ports ?? [];
  const meant = ports.findLast((one) =>
    port?.number ? one.port === port.number : port?.name && one.name === port.name,
  );
  return endpointsText(found.slices, meant?.name ?? '');
}

export const describeIngressClass = layout(
  name,
  labels,
  annotations,
  ['Controller', ({ spec }) => spec?.controller ?? ''],
  (out, { spec }) => {
    const parameters: { apiGroup?: string; kind?: string; name?: string } | undefined = spec?.parameters;
    if (!parameters) return;
    out.line(0, 'Parameters:');
    if (parameters.apiGroup !== undefined) out.field(1, 'APIGroup', parameters.apiGroup);
    out.field(1, 'Kind', parameters.kind);
    out.field(1, 'Name', parameters.name);
  },
  events,
);
