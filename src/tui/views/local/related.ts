import { groupResource } from '../../../api/resource.ts';
import { findBuiltin } from '../../../api/resources.ts';
import { backendsOf } from '../../../api/uses.ts';
import type { DashboardServices } from '../../services.ts';
import { say } from '../../words/say.ts';
import { type DerivedRow, derivedTable, refTo } from './derived-table.ts';
import { columns, type LocalTable, localResource } from './local-table.ts';

export const backendsResource = localResource('backends', 'backend', 'Backend');

interface Backend {
  kind: string;
  name: string;
  about: string;
}

// biome-ignore lint/suspicious/noExplicitAny: specs as they come
type Fields = Record<string, any>;

/** Where an ingress sends requests, with the paths that lead there. */
function ofIngress(spec: Fields | undefined): Backend[] {
  return backendsOf(spec).map((name) => {
    const paths = (spec?.rules ?? []).flatMap((rule: Fields) =>
      (rule.http?.paths ?? [])
        .filter((path: Fields) => path.backend?.service?.name === name)
        .map((path: Fields) => `${rule.host ?? '*'}${path.path ?? '/'}`),
    );
    const isDefault = spec?.defaultBackend?.service?.name === name;
    return { kind: 'services', name, about: [...paths, ...(isDefault ? [say('everything else')] : [])].join(', ') };
  });
}

/** The pods behind a slice or a list of endpoints, with the address of each. */
function ofEndpoints(endpoints: readonly Fields[]): Backend[] {
  return endpoints
    .filter(({ targetRef }) => targetRef?.kind === 'Pod')
    .map(({ targetRef, addresses = [], ip, conditions }) => ({
      kind: 'pods',
      name: targetRef.name,
      about: `${ip ?? addresses.join(', ')}${conditions?.ready === false ? ` ${say('(not ready)')}` : ''}`,
    }));
}

const byKind: Readonly<Record<string, (object: Fields) => Backend[]>> = {
  'ingresses.networking.k8s.io': ({ spec }) => ofIngress(spec),
  'endpointslices.discovery.k8s.io': ({ endpoints = [] }) => ofEndpoints(endpoints),
  endpoints: ({ subsets = [] }) =>
    ofEndpoints(
      subsets.flatMap(({ addresses = [], notReadyAddresses = [] }: Fields) => [
        ...addresses,
        ...notReadyAddresses.map((one: Fields) => ({ ...one, conditions: { ready: false } })),
      ]),
    ),
};

/** Kinds whose backends can be told. */
export const backendKinds: readonly string[] = Object.keys(byKind);

/** What requests reach behind an ingress or a list of endpoints, live. */
export const backendsTable: LocalTable = {
  resource: backendsResource,
  open(services: DashboardServices, { parent }) {
    if (!parent) return undefined;
    const { resource, namespace, name } = parent;
    const kind = groupResource(resource);
    let isGone = false;
    const table = derivedTable(services, {
      columns: columns('Name', 'Kind', 'Reached by'),
      kinds: [{ kind, scope: { ...(namespace && { namespace }), name }, keep: byKind[kind]! }],
      rows(live) {
        isGone = live.isKnown(kind) && live.items(kind).size === 0;
        return live.values<Backend[]>(kind).flatMap((backends) => backends.map((one) => backendRow(one, namespace)));
      },
    });
    return { ...table, notes: () => (isGone ? [say('deleted meanwhile')] : []) };
  },
};

function backendRow({ kind, name, about }: Backend, namespace: string | undefined): DerivedRow {
  const ref = refTo(findBuiltin(kind)!, namespace, name);
  return { id: `${kind}/${name}`, namespace, cells: [name, kind, about], ref };
}
