import type { KubeObject } from '../../../api/meta.ts';
import { type NodePulls, nodePullsPath } from '../../../api/node-pulls.ts';
import { findBuiltin } from '../../../api/resources.ts';
import { ApiStatusError } from '../../../api/status.ts';
import { sizeText } from '../../../lib/size-text.ts';
import { plantForest } from '../../../oci/layers/shared-layers.ts';
import { isOwnNode } from '../../../store/rollout/diff/node-pulls.ts';
import type { Theme } from '../../../theme/theme.ts';
import type { ActionHost } from '../../actions/action.ts';
import type { DashboardServices } from '../../services.ts';
import { say } from '../../words/say.ts';
import { errorLines } from '../error-lines.ts';
import { askedImage, awaitedText } from '../local/images.ts';
import { quiet, TreePage } from '../pages/tree-page.ts';
import type { ViewTitle } from '../view-model.ts';
import { forestRoots, nodeRoots } from './layer-map-tree.ts';
import { LayersPage } from './layers-page.ts';
import { type ListedImage, listImages } from './listed-images.ts';

type Look = 'image' | 'node';

interface Loaded {
  images: readonly ListedImage[];
  nodes: readonly KubeObject[] | undefined;
  pulls: ReadonlyMap<string, NodePulls>;
}

/** Which layers images have in common, and which of them are on which node. */
export class LayerMapPage extends TreePage {
  readonly #services: DashboardServices;
  #look: Look;
  #loaded: Loaded | undefined;
  #error: unknown;
  /** Ends what is being loaded. */
  #stopping = new AbortController();

  constructor(services: DashboardServices, look: Look = 'image') {
    super({ type: 'page', page: 'layer-map', of: look });
    this.#services = services;
    this.#look = look;
    void this.#load();
  }

  async #load(): Promise<void> {
    this.#stopping.abort();
    this.#stopping = new AbortController();
    const { signal } = this.#stopping;
    const around = this.#nodes().then(async (nodes) => ({ nodes, pulls: await this.#pulls(nodes ?? []) }));
    // Who lists images may fail first.
    around.catch(() => {});
    let told: readonly ListedImage[] | undefined;
    const show = ({ nodes, pulls }: Omit<Loaded, 'images'>) => {
      if (signal.aborted || !told) return;
      this.#loaded = { images: told, nodes, pulls };
      this.#error = undefined;
      this.#grow();
    };
    try {
      const listing = listImages(this.#services, undefined, signal, (images) => {
        told = images;
        void around.then(show, () => {});
      });
      await Promise.all([listing, around]);
    } catch (error) {
      if (signal.aborted) return;
      this.#error = error;
      this.bump();
    }
  }

  /** Undefined where one may not list them. */
  async #nodes(): Promise<KubeObject[] | undefined> {
    try {
      return await this.#services.list(findBuiltin('nodes')!, {});
    } catch (error) {
      if (error instanceof ApiStatusError && error.httpCode === 403) return undefined;
      throw error;
    }
  }

  /** What simulated nodes tell of their layers; others have no such answer and are not asked. */
  async #pulls(nodes: readonly KubeObject[]): Promise<Map<string, NodePulls>> {
    const told = await Promise.all(
      nodes.filter(isOwnNode).map(({ metadata: { name = '' } }) =>
        this.#services.cluster.transport
          .json<NodePulls>({ method: 'GET', path: nodePullsPath(name) })
          .then((pulls) => [name, pulls] as const)
          .catch(() => undefined),
      ),
    );
    return new Map(told.filter((one) => one !== undefined));
  }

  #grow(): void {
    const loaded = this.#loaded;
    if (!loaded) return;
    const { images, nodes, pulls } = loaded;
    this.setRoots(this.#look === 'image' ? forestRoots(images) : nodeRoots(nodes ?? [], images, pulls));
  }

  /** By image, or by node. */
  turn(): void {
    this.#look = this.#look === 'image' ? 'node' : 'image';
    this.view.of = this.#look;
    this.#grow();
    this.bump();
  }

  title(): ViewTitle {
    const images = this.#loaded?.images;
    return {
      kind: 'layer-map',
      scope: this.#look === 'image' ? say('by image') : say('by node'),
      count: images ? String(this.count()) : this.#error === undefined ? '…' : '0',
      filter: this.filter(),
      notes: images ? [savedText(images), ...awaitedText(images)] : [],
    };
  }

  protected notice(width: number, theme: Theme): readonly string[] {
    if (this.#error !== undefined) return errorLines(this.#error, width, theme);
    if (!this.#loaded) return quiet(say('Loading…'), width, theme);
    if (this.#look === 'node' && !this.#loaded.nodes) {
      return quiet(say('You may not list nodes, which know what they keep.'), width, theme);
    }
    return quiet(say('No image whose layers are known.'), width, theme);
  }

  enter(host: ActionHost): void {
    const row = this.current();
    const name = row && /^image:(.*)$/s.exec(row.node.key.split('\n').at(-1)!)?.[1];
    if (name === undefined) this.toggleFold();
    else host.push(new LayersPage(host.services, askedImage(host.services, name)));
  }

  refresh(): void {
    void this.#load();
  }

  close(): void {
    this.#stopping.abort();
  }
}

/** `12 layers, 210MB kept, 87MB saved by sharing` */
function savedText(images: readonly ListedImage[]): string {
  const planted = images.flatMap(({ name, layers }) => (layers ? [{ names: [name], layers }] : []));
  const { layers, keptBytes, allBytes } = plantForest(planted);
  return say('{count} layers, {kept} with each once, {saved} saved by sharing', {
    count: layers,
    kept: sizeText(keptBytes),
    saved: sizeText(allBytes - keptBytes),
  });
}
