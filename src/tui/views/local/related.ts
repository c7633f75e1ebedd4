import type { TableRow } from '../../../api/meta.ts';
import { groupResource } from '../../../api/resource.ts';
import { backendsOf } from '../../../api/uses.ts';
import type { DashboardServices } from '../../services.ts';
import { say } from '../../words/say.ts';
import type { ObjectRef } from '../view.ts';
import { type LocalTable, loadedSource, localResource, localRow } from './local-table.ts';

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

/** What requests reach behind an ingress or a list of endpoints. */
export const backendsTable: LocalTable = {
  resource: backendsResource,
  open(services: DashboardServices, { parent }) {
    if (!parent) return undefined;
    const refs = new Map<string, ObjectRef>();
    return {
      source: loadedSource(['Name', 'Kind', 'Reached by'], async (): Promise<TableRow[]> => {
        const { resource, namespace, name } = parent;
        const found = byKind[groupResource(resource)]!(await services.get(resource, namespace, name));
        const rows = [];
        for (const { kind, name: backend, about } of found) {
          const key = `${kind}/${backend}`;
          refs.set(key, { resource: await services.cluster.discovery.resolve(kind), namespace, name: backend });
          rows.push(localRow(key, [backend, kind, about], namespace));
        }
        return rows;
      }),
      refOf: (row) => refs.get(row.name),
    };
  },
};
