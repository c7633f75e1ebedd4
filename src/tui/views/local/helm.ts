import type { TableColumn, TableRow } from '../../../api/meta.ts';
import { type HelmRelease, readRelease } from '../../../store/helm/release.ts';
import type { DashboardServices } from '../../services.ts';
import type { Kept, LiveKinds } from '../pages/live-kinds.ts';
import type { ViewScope } from '../view.ts';
import { type DerivedRow, derivedTable, refTo } from './derived-table.ts';
import { openHelmText } from './helm-text.ts';
import { namedColumns } from './load.ts';
import { type LocalTable, localResource, type OpenLocalTable } from './local-table.ts';

export const helmResource = { ...localResource('helm', 'release', 'HelmRelease', ['hm', 'charts']), namespaced: true };
const helmHistoryResource = { ...localResource('helm-history', 'revision', 'HelmRevision'), namespaced: true };

/** What helm writes on its secrets (helm.sh/helm/v3/pkg/storage/driver, `newSecretsObject`). */
interface HelmLabels {
  name: string;
  version: number;
  status: string;
  /** RFC 3339; '' where the label says nothing. */
  changed: string;
}

function helmLabels({ object: { metadata } }: TableRow): HelmLabels {
  const { labels = {}, creationTimestamp = '' } = metadata;
  const seconds = Number(labels['modifiedAt'] ?? labels['createdAt']);
  return {
    name: labels['name'] ?? '',
    version: Number(labels['version'] ?? 0),
    status: labels['status'] ?? '',
    changed: seconds > 0 ? new Date(seconds * 1000).toISOString() : creationTimestamp,
  };
}

/** Releases read at a time: each is a secret of its own, up to a MiB. */
const atOnce = 4;

/** Reads releases behind the rows that name them, each version of a secret once. */
class Payloads {
  readonly #services: DashboardServices;
  readonly #known = new Map<string, HelmRelease | Error | undefined>();
  #waiting: { secret: Kept; key: string }[] = [];
  #running = 0;
  changed: () => void = () => undefined;

  constructor(services: DashboardServices) {
    this.#services = services;
  }

  /** Undefined until it is read; an Error where it cannot be. */
  of(secret: Kept): HelmRelease | Error | undefined {
    const { status } = secret.value as HelmLabels;
    const key = `${secret.uid} ${status}`;
    if (!this.#known.has(key)) {
      this.#known.set(key, undefined);
      this.#waiting.push({ secret, key });
      this.#next();
    }
    return this.#known.get(key);
  }

  #next(): void {
    while (this.#running < atOnce && this.#waiting.length > 0) {
      const { secret, key } = this.#waiting.shift()!;
      this.#running++;
      void this.#read(secret, key);
    }
  }

  async #read({ resource, namespace, name }: Kept, key: string): Promise<void> {
    try {
      const {
        manifest: _,
        hooks: __,
        ...kept
      } = await readRelease(await this.#services.get(resource, namespace, name));
      this.#known.set(key, kept);
    } catch (error) {
      this.#known.set(key, error as Error);
    }
    this.#running--;
    this.#next();
    this.changed();
  }

  stop(): void {
    // What waits is asked for again, should the table be.
    for (const { key } of this.#waiting) this.#known.delete(key);
    this.#waiting = [];
    this.changed = () => undefined;
  }
}

const releaseColumns: TableColumn[] = namedColumns(
  'Name',
  'Revision',
  'Status',
  'Chart',
  'App version',
  'Updated',
  'Description*',
);

function releaseRow(secret: Kept, id: string, payloads: Payloads): DerivedRow {
  const { resource, namespace, name: secretName, uid, value } = secret;
  const { name, version, status, changed } = value as HelmLabels;
  const read = payloads.of(secret);
  const release = read instanceof Error ? undefined : read;
  const { name: chart, version: chartVersion, appVersion = '' } = release?.chart?.metadata ?? {};
  const chartText = chart === undefined ? '' : `${chart}-${chartVersion}`;
  return {
    id,
    namespace,
    created: changed,
    ref: refTo(resource, namespace, secretName, uid),
    cells: [
      ...[
        name,
        version,
        status,
        read instanceof Error ? 'cannot be read' : read === undefined ? '…' : chartText,
        appVersion,
      ],
      ...[
        changed.slice(0, 16).replace('T', ' '),
        read instanceof Error ? read.message : (release?.info?.description ?? ''),
      ],
    ],
  };
}

function helmTable(
  services: DashboardServices,
  scope: ViewScope,
  rows: (secrets: readonly Kept[]) => [string, Kept][],
): OpenLocalTable {
  const payloads = new Payloads(services);
  return derivedTable(services, {
    columns: releaseColumns,
    // Labels say what there is: the secrets themselves, large as they are, are not followed.
    kinds: [{ kind: 'secrets', scope: { labelSelector: 'owner=helm', ...scope }, rows: true, keepRow: helmLabels }],
    rows: (live: LiveKinds) =>
      rows([...live.items('secrets').values()]).map(([id, secret]) => releaseRow(secret, id, payloads)),
    attach(changed) {
      payloads.changed = changed;
      return () => payloads.stop();
    },
  });
}

const versionOf = ({ value }: Kept): number => (value as HelmLabels).version;
const releaseOf = ({ namespace, value }: Kept): string => `${namespace}/${(value as HelmLabels).name}`;

/** Releases that helm has put into the cluster, each as its newest revision says. */
export const helmReleasesTable: LocalTable = {
  resource: helmResource,
  open: (services, { scope }) =>
    helmTable(services, scope, (secrets) =>
      [...Map.groupBy(secrets, releaseOf).values()].map((revisions) => {
        const newest = revisions.reduce((a, b) => (versionOf(b) > versionOf(a) ? b : a));
        return [(newest.value as HelmLabels).name, newest];
      }),
    ),
  enter(host, { name, namespace }) {
    host.openTable({
      resource: helmHistoryResource,
      argument: name,
      scope: { namespace },
      sort: { column: 'Revision', descending: true },
      of: name,
    });
  },
};

/** The revisions of one release, newest first; enter shows the values of one. */
export const helmHistoryTable: LocalTable = {
  resource: helmHistoryResource,
  open: (services, { scope, argument: release }) =>
    release === undefined
      ? undefined
      : helmTable(services, { ...scope, labelSelector: `owner=helm,name=${release}` }, (secrets) =>
          secrets
            .filter(({ value }) => (value as HelmLabels).name === release)
            .map((secret) => [`${release}.v${versionOf(secret)}`, secret]),
        ),
  enter(host, { cells }) {
    const ref = host.current().target();
    if (ref) host.push(openHelmText(host.services, ref, 'values', `${cells[0]}.v${cells[1]}`));
  },
};
