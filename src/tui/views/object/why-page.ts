import type { KubeObject } from '../../../api/meta.ts';
import { groupResource } from '../../../api/resource.ts';
import { backendsOf } from '../../../api/uses.ts';
import { KctlError } from '../../../lib/errors.ts';
import { selectorOfMap } from '../../../lib/label-selector.ts';
import type { DashboardServices } from '../../services.ts';
import { say } from '../../words/say.ts';
import { refArgument, refText } from '../ref-text.ts';
import type { PageRow } from '../rows/page-row.ts';
import { RowsPage } from '../rows/rows-page.ts';
import type { ObjectRef } from '../view.ts';
import { deletionEvidence, type Evidence, ownEvidence } from './evidence.ts';
import { LiveObject, readObject } from './live-object.ts';
import { type Network, serviceEvidence } from './network-path.ts';
import { eventScope } from './object-events.ts';
import { levelLooks } from './timeline-page.ts';
import { parseReport, reportEvidence, unreadableText } from './why-report.ts';

/** Kinds that `kctl why` can be asked about. */
const askedKinds = [
  'pods',
  'deployments.apps',
  'statefulsets.apps',
  'daemonsets.apps',
  'jobs.batch',
  'cronjobs.batch',
  'replicasets.apps',
  'replicationcontrollers',
];

/** Finding causes asks for much: what changes is looked into again after this time (ms). */
const quietMs = 3000;

const deeper = (links: readonly Evidence[], by = 1): Evidence[] =>
  links.map((link) => ({ ...link, depth: (link.depth ?? 0) + by }));

class Causes {
  readonly #services: DashboardServices;
  readonly #ref: ObjectRef;
  #network: Promise<Network> | undefined;
  /** What could not be read; without it the chain may be wrong. */
  readonly missing = new Set<string>();

  constructor(services: DashboardServices, ref: ObjectRef) {
    this.#services = services;
    this.#ref = ref;
  }

  async #list(kind: string, scope = {}): Promise<KubeObject[]> {
    const { namespace } = this.#ref;
    try {
      const resource = await this.#services.cluster.discovery.resolve(kind);
      return await this.#services.list(resource, { ...(namespace ? { namespace } : {}), ...scope });
    } catch (error) {
      if (!(error instanceof KctlError)) throw error;
      this.missing.add(kind);
      return [];
    }
  }

  #networkOf(): Promise<Network> {
    this.#network ??= Promise.all([
      this.#list('pods'),
      this.#list('endpointslices.discovery.k8s.io'),
      this.#list('networkpolicies.networking.k8s.io'),
    ]).then(([pods, slices, policies]) => ({ pods, slices, policies }));
    return this.#network;
  }

  async #ofService(service: KubeObject): Promise<Evidence[]> {
    return serviceEvidence(service, await this.#networkOf());
  }

  /** The services that lead to pods with these labels, and the way to them. */
  async #waysTo(labels: Readonly<Record<string, string>> | undefined): Promise<Evidence[]> {
    const services = (await this.#list('services')).filter(({ spec }) => {
      const selector: Record<string, string> = spec?.selector ?? {};
      return labels && Object.keys(selector).length > 0 && selectorOfMap(selector).matches(labels);
    });
    const chains = await Promise.all(
      services.map(async (service): Promise<Evidence[]> => {
        const links = await this.#ofService(service);
        const name = service.metadata.name ?? '';
        return [
          { level: worst(links), text: say('service {name} leads to it', { name }), ref: { kind: 'services', name } },
          ...deeper(links),
        ];
      }),
    );
    return chains.flat();
  }

  async #ofIngress({ spec }: KubeObject): Promise<Evidence[]> {
    const [services, secrets, classes] = await Promise.all([
      this.#list('services'),
      spec?.tls?.length ? this.#list('secrets') : [],
      spec?.ingressClassName ? this.#list('ingressclasses.networking.k8s.io', { namespace: undefined }) : [],
    ]);
    const links: Evidence[] = [];
    const has = (all: readonly KubeObject[], name: string) => all.some(({ metadata }) => metadata.name === name);
    if (
      spec?.ingressClassName &&
      !this.missing.has('ingressclasses.networking.k8s.io') &&
      !has(classes, spec.ingressClassName)
    )
      links.push({
        level: 'bad',
        text: say('there is no ingress class {name}: no controller serves it', { name: spec.ingressClassName }),
      });
    for (const { secretName } of spec?.tls ?? []) {
      if (secretName && !this.missing.has('secrets') && !has(secrets, secretName))
        links.push({ level: 'bad', text: say('there is no secret {name} for its TLS', { name: secretName }) });
    }
    for (const name of backendsOf(spec)) {
      const service = services.find(({ metadata }) => metadata.name === name);
      const ref = { kind: 'services', name };
      if (!service)
        links.push({ level: 'bad', text: say('it sends requests to service {name}, which there is not', { name }) });
      else {
        const below = await this.#ofService(service);
        links.push(
          { level: worst(below), text: say('it sends requests to service {name}', { name }), ref },
          ...deeper(below),
        );
      }
    }
    return links;
  }

  async #asked(): Promise<Evidence[]> {
    const { namespace } = this.#ref;
    const { code, stdout, stderr } = await this.#services.run([
      'why',
      refArgument(this.#ref),
      ...(namespace ? ['-n', namespace] : []),
      '-o',
      'json',
    ]);
    if (code !== 0) throw new KctlError('api', stderr.trim().replace(/^error: /, '') || `why ended with ${code}`);
    return reportEvidence(parseReport(stdout));
  }

  /** All that is known of why the object is as it is: its own words first, then the way of requests to it. */
  async of(object: KubeObject): Promise<Evidence[]> {
    const kind = groupResource(this.#ref.resource);
    const own = deletionEvidence(object);
    if (askedKinds.includes(kind)) {
      const labels = kind === 'pods' ? object.metadata.labels : object['spec']?.template?.metadata?.labels;
      const [asked, network] = await Promise.all([this.#asked(), this.#waysTo(labels)]);
      return [...own, ...asked, ...network];
    }
    const { resource, namespace, name } = this.#ref;
    const events = await this.#list('events', eventScope({ resource, namespace, name }, object.metadata.uid));
    const of = {
      services: () => this.#ofService(object),
      'ingresses.networking.k8s.io': () => this.#ofIngress(object),
    }[kind];
    return [...own, ...ownEvidence(object, events), ...((await of?.()) ?? [])];
  }
}

function worst(links: readonly Evidence[]): Evidence['level'] {
  return links.some(({ level }) => level === 'bad')
    ? 'bad'
    : links.some(({ level }) => level === 'warn')
      ? 'warn'
      : 'ok';
}

/** Links of a chain as rows: what follows from a line stands below it, what to do about it behind an arrow. */
async function rowsOf(links: readonly Evidence[], services: DashboardServices, ref: ObjectRef): Promise<PageRow[]> {
  const rows: PageRow[] = [];
  const add = (key: string, depth: number, rest: Pick<PageRow, 'lead' | 'text'> & Partial<PageRow>) =>
    rows.push({ key: `${key} ${rest.text}`, below: '  '.repeat(depth + 1), ...rest });
  for (const [index, { level, text, next, guess, ref: named, depth = 0 }] of links.entries()) {
    const { sign, token } = levelLooks[level];
    const branch = depth === 0 ? '' : `${'  '.repeat(depth - 1)}└─`;
    const about = named ? await refOf(named, services, ref) : ref;
    const shown = guess ? `${say('probably:')} ${text}` : text;
    add(String(index), depth, {
      lead: [
        ['border', branch],
        [token, `${level === 'ok' ? '✓' : sign} `],
      ],
      text: shown,
      token: level === 'ok' ? 'text' : token,
      ...(about && { ref: about }),
    });
    if (next)
      add(`${index} next`, depth + 1, {
        lead: [['accent', `${'  '.repeat(depth + 1)}→ `]],
        text: next,
        token: 'accent',
        ...(about && { ref: about }),
      });
  }
  return rows;
}

async function refOf(
  { kind, name, namespace }: NonNullable<Evidence['ref']>,
  services: DashboardServices,
  asked: ObjectRef,
): Promise<ObjectRef | undefined> {
  try {
    const resource = await services.cluster.discovery.resolve(kind);
    return { resource, namespace: resource.namespaced ? (namespace ?? asked.namespace) : undefined, name };
  } catch {
    return undefined;
  }
}

/** Why an object is as it is: a chain from what is seen to what causes it, each link with its evidence. */
export function openWhy(services: DashboardServices, ref: ObjectRef): RowsPage {
  const live = Object.assign(new LiveObject(services, ref), { quietMs });
  return new RowsPage({
    view: { type: 'page', page: 'why', of: refText(ref) },
    timing: services.timing,
    live,
    async load() {
      const causes = new Causes(services, ref);
      const links = await causes.of(await readObject(services, ref));
      const { missing } = causes;
      const unread: Evidence[] = missing.size > 0 ? [{ level: 'warn', text: unreadableText(missing) }] : [];
      return rowsOf([...links, ...unread], services, ref);
    },
    empty: say(
      'Nothing is wrong with it, as far as can be seen: no condition, no warning and nothing on the way to it.',
    ),
  });
}
