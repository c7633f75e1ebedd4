import type { KubeObject } from '../meta.ts';
import { selectorText } from './apps.ts';
import { age, listWithMore, loadBalancerAddresses, NONE, printer, type TablePrinter, UNSET } from './define.ts';

const ingresses = printer('Name | Class | Hosts | Address | Ports | Age', (o, now) => [
  o.metadata.name,
  o.spec?.ingressClassName ?? o.metadata.annotations?.['kubernetes.io/ingress.class'] ?? NONE,
  ingressHosts(o),
  loadBalancerAddresses(o.status?.loadBalancer).join(','),
  (o.spec?.tls?.length ?? 0) > 0 ? '80, 443' : '80',
  age(o, now),
]);

/** The first three hosts of the rules, then how many more; `*` where no rule names one. */
function ingressHosts(ingress: KubeObject): string {
  const rules: { host?: string }[] = ingress.spec?.rules ?? [];
  const hosts = rules.map((rule) => rule.host ?? '').filter((host) => host !== '');
  return listWithMore(hosts, 3, '*');
}

const ingressClasses = printer('Name | Controller | Parameters | Age', (o, now) => {
  const parameters = o.spec?.parameters;
  const kind = parameters?.apiGroup ? `${parameters.kind}.${parameters.apiGroup}` : parameters?.kind;
  return [o.metadata.name, o.spec?.controller ?? '', parameters ? `${kind}/${parameters.name}` : NONE, age(o, now)];
});

const networkPolicies = printer('Name | Pod-Selector | Age', (o, now) => [
  o.metadata.name,
  selectorText(o.spec?.podSelector),
  age(o, now),
]);

const endpointSlices = printer('Name | AddressType | Ports | Endpoints | Age', (o, now) => {
  const ports: { name?: string; port?: number }[] = o.ports ?? [];
  const endpoints: { addresses?: string[] }[] = o.endpoints ?? [];
  return [
    o.metadata.name,
    o.addressType ?? '',
    listWithMore(
      ports.map(({ port, name }) => (port !== undefined ? String(port) : name || '*')),
      3,
      UNSET,
    ),
    listWithMore(
      endpoints.flatMap((endpoint) => endpoint.addresses ?? []),
      3,
      UNSET,
    ),
    age(o, now),
  ];
});

const serviceCidrs = printer('Name | CIDRs | Age', (o, now) => [
  o.metadata.name,
  (o.spec?.cidrs ?? []).join(','),
  age(o, now),
]);

const ipAddresses = printer('Name | ParentRef', (o) => {
  const { group, resource, namespace, name } = o.spec?.parentRef ?? {};
  const parent = [group ? `${resource}.${group}` : resource, namespace, name].filter(Boolean).join('/');
  return [o.metadata.name, parent || NONE];
});

export const networkingTables: Readonly<Record<string, TablePrinter>> = {
  'ingresses.networking.k8s.io': ingresses,
  'ingressclasses.networking.k8s.io': ingressClasses,
  'networkpolicies.networking.k8s.io': networkPolicies,
  'servicecidrs.networking.k8s.io': serviceCidrs,
  'ipaddresses.networking.k8s.io': ipAddresses,
  'endpointslices.discovery.k8s.io': endpointSlices,
};
