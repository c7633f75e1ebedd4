import { groupResource } from '../../../api/resource.ts';
import type { SourceState } from '../../../api/source.ts';
import { readOwnership } from '../../../kube/ownership.ts';
import type { DashboardServices } from '../../services.ts';
import { say } from '../../words/say.ts';
import type { LiveText } from '../live-loader.ts';
import { LiveKinds } from '../pages/live-kinds.ts';
import { refText } from '../ref-text.ts';
import { healthLook } from '../row-health.ts';
import type { PageRow } from '../rows/page-row.ts';
import { RowsPage } from '../rows/rows-page.ts';
import type { ObjectRef } from '../view.ts';
import { kindsAround, type TreeLine, type TreeObject, treeLines, treeObject } from './owner-tree.ts';

/** Followed whatever was found at first: what most objects own comes and goes. */
const usualKinds = ['replicasets.apps', 'jobs.batch', 'pods'];

/** The ownership around one object: who there is is read once over all kinds, and then those kinds are followed. */
class LiveTree implements LiveText {
  readonly timing: LiveText['timing'];
  readonly #services: DashboardServices;
  readonly #ref: ObjectRef;
  #kinds: LiveKinds | undefined;
  #names: readonly string[] = [];
  #onReady: (() => void) | undefined;
  #failure: unknown;
  readonly #ready: Promise<void>;

  constructor(services: DashboardServices, ref: ObjectRef) {
    this.timing = services.timing;
    this.#services = services;
    this.#ref = ref;
    this.#ready = new Promise((resolve) => {
      this.#onReady = resolve;
    });
  }

  follow(onChange: (isFirst?: boolean) => void): () => void {
    const stopping = new AbortController();
    void this.#start(onChange, stopping.signal).catch((error: unknown) => {
      this.#failure = error;
      this.#onReady?.();
    });
    return () => {
      stopping.abort();
      this.#kinds?.stop();
      this.#onReady?.();
    };
  }

  async #start(onChange: (isFirst?: boolean) => void, signal: AbortSignal): Promise<void> {
    const { resource, namespace, name } = this.#ref;
    const request = { ...(namespace !== undefined && { namespaces: [namespace], clusterScoped: true }), signal };
    const [ownership, object] = await Promise.all([
      readOwnership(this.#services.cluster, request),
      this.#services.get(resource, namespace, name),
    ]);
    if (signal.aborted) return;
    const around = kindsAround(ownership, object.metadata.uid ?? '').map(groupResource);
    this.#names = [...new Set([groupResource(resource), ...around, ...usualKinds])];
    const resources = new Map(ownership.objects.map((one) => [groupResource(one.resource), one.resource]));
    const wishes = this.#names.map((kind) => ({
      kind,
      scope: namespace !== undefined && resources.get(kind)?.namespaced !== false ? { namespace } : {},
      optional: kind !== groupResource(resource),
      rows: true,
      keepRow: (row: Parameters<typeof treeObject>[1], columns: Parameters<typeof treeObject>[2]) => ({ row, columns }),
    }));
    let isFirst = true;
    const told = () => {
      if (this.#kinds?.state().phase === 'connecting') return;
      this.#onReady?.();
      onChange(isFirst);
      isFirst = false;
    };
    this.#kinds = new LiveKinds(this.#services, wishes, told);
    this.#kinds.start();
  }

  async lines(): Promise<TreeLine[]> {
    await this.#ready;
    if (this.#failure !== undefined) throw this.#failure;
    const { resource, namespace, name } = this.#ref;
    const objects = this.#names.flatMap((kind): TreeObject[] =>
      [...(this.#kinds?.items(kind).values() ?? [])].map((kept) => {
        const { row, columns } = kept.value as { row: Parameters<typeof treeObject>[1]; columns: never };
        return treeObject(kept.resource, row, columns);
      }),
    );
    const lines = treeLines(objects, { kind: groupResource(resource), namespace, name });
    // Not there any more: the server says it best.
    if (!lines) await this.#services.get(resource, namespace, name);
    return lines ?? [];
  }

  connection(): SourceState | undefined {
    const state = this.#kinds?.state();
    return state?.phase === 'stale' ? state : undefined;
  }

  notes(): readonly string[] {
    const refused = this.#kinds?.refused() ?? [];
    return refused.length > 0 ? [say('not readable: {kinds}', { kinds: refused.join(', ') })] : [];
  }
}

function rowOf({ object, branch, below, isRepeated }: TreeLine): PageRow {
  const { resource, metadata, health, state } = object;
  const { sign, token } = healthLook[health];
  const { name = '', namespace, uid, creationTimestamp } = metadata;
  const ref = { resource, namespace, name, ...(uid !== undefined && { uid }) };
  const created = Date.parse(creationTimestamp ?? '');
  return {
    key: `${branch === '' ? 'root ' : ''}${uid ?? name}`,
    ...(Number.isNaN(created) ? {} : { at: created }),
    lead: [
      [token, `${sign} `],
      ['border', branch === '' ? '' : `${branch} `],
      ['text.muted', `${resource.kind} `],
      [health === 'error' ? token : 'text.strong', name],
      [undefined, '  '],
    ],
    below: `  ${below}`,
    text: isRepeated ? say('see above') : state,
    token: health === 'unknown' || isRepeated ? 'text.muted' : token,
    ref,
  };
}

/** What owns an object, and all that is owned with it, live. */
export function openTree(services: DashboardServices, ref: ObjectRef): RowsPage {
  const live = new LiveTree(services, ref);
  return new RowsPage({
    view: { type: 'page', page: 'tree', of: refText(ref) },
    timing: services.timing,
    live,
    load: async () => (await live.lines()).map(rowOf),
    empty: say('Nothing is known of it.'),
    isFirst: ({ ref: of }) => of?.name === ref.name && of.resource.kind === ref.resource.kind,
  });
}
