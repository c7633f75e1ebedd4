import type { ImageFacts } from '../../api/image-facts.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { ImagePull, LayerPull } from '../../api/node-pulls.ts';
import { parseGoDuration } from '../../lib/duration.ts';
import { noticeOf, type RolloutState } from './state.ts';

/** How the image of one container comes to its node. Times are ms since the epoch. */
export interface PodPull {
  container: string;
  image: string;
  /** `cached`: the node had it; `waiting`: for other pulls of the node. */
  state: 'cached' | 'waiting' | 'pulling' | 'pulled' | 'failed';
  /** The node itself tells the figures; else those that are there are worked out, and to be shown with "~". */
  exact: boolean;
  /** What has to be transferred, and what of it is there. */
  bytes: number | undefined;
  doneBytes: number | undefined;
  from: number | undefined;
  /** When it ended, or will. */
  to: number | undefined;
  /** Lowest first; empty where nobody tells them. */
  layers: readonly LayerPull[];
}

const ms = (text: string | undefined): number | undefined => (text ? Date.parse(text) : undefined);

/** The pulls of a pod's containers, in the order of its spec; those that have not begun are left out. */
export function podPulls(pod: KubeObject, state: RolloutState, now: number): PodPull[] {
  const { initContainers = [], containers = [] } = pod.spec ?? {};
  return [...initContainers, ...containers].flatMap(({ name, image = '' }: { name: string; image?: string }) => {
    const told = exactPull(pod, name, state, now) ?? noticedPull(pod, name, image, state);
    return told ? [told] : [];
  });
}

function exactPull(pod: KubeObject, container: string, state: RolloutState, now: number): PodPull | undefined {
  const report = state.pulls.get(pod.spec?.nodeName ?? '');
  const pull = report?.pulls.findLast((one) => one.podUid === pod.metadata.uid && one.container === container);
  if (!pull || !report) return undefined;
  const moved = pull.layers.filter(isMoved);
  const [from, to] = [Date.parse(pull.startsAt), Date.parse(pull.endsAt)];
  // A report is a second old at most; what it announced for since then has happened.
  const at = Math.max(now, Date.parse(report.now));
  return {
    container,
    image: pull.image,
    state: at >= to ? (moved.length === 0 ? 'cached' : 'pulled') : at < from ? 'waiting' : 'pulling',
    exact: true,
    bytes: sum(moved, (layer) => layer.sizeBytes),
    doneBytes: sum(moved, (layer) => (at >= to ? layer.sizeBytes : layer.doneBytes)),
    from,
    to,
    layers: at >= to ? pull.layers.map(ended) : pull.layers,
  };
}

const isMoved = ({ state }: ImagePull['layers'][number]): boolean => state !== 'cached' && state !== 'shared';
const ended = (layer: LayerPull): LayerPull =>
  isMoved(layer) ? { ...layer, state: 'pulled', doneBytes: layer.sizeBytes } : layer;

const sum = <Item>(items: readonly Item[], pick: (item: Item) => number): number =>
  items.reduce((total, item) => total + pick(item), 0);

const PULLED = /^Successfully pulled image .* in (\S+) \((\S+) including waiting\)(?:\. Image size: (\d+) bytes)?/;

/** What a `Pulled` event tells; undefined where the image was there already, or the words are others. */
export function pulledFigures(
  message: string,
): { tookMs: number; waitedMs: number; bytes: number | undefined } | undefined {
  const [, took, waited, bytes] = PULLED.exec(message) ?? [];
  if (!took || !waited) return undefined;
  try {
    return {
      tookMs: parseGoDuration(took),
      waitedMs: parseGoDuration(waited),
      bytes: bytes === undefined ? undefined : Number(bytes),
    };
  } catch {
    return undefined;
  }
}

/** On clusters whose nodes do not tell: events say when a pull began and ended, facts and other pulls what to expect. */
function noticedPull(pod: KubeObject, container: string, image: string, state: RolloutState): PodPull | undefined {
  const uid = pod.metadata.uid ?? '';
  const pulling = noticeOf(state, uid, ['Pulling'], container);
  const pulled = noticeOf(state, uid, ['Pulled'], container);
  const failed = noticeOf(state, uid, ['Failed'], container);
  const base = { container, image, exact: false, layers: [], bytes: undefined, doneBytes: undefined } as const;
  if (pulled && (!pulling || pulled.at >= pulling.at)) {
    const figures = pulledFigures(pulled.message);
    // It was there each time that the container was started, and the first time counts.
    const first = ms(pulled.since);
    if (!figures) return { ...base, state: 'cached', bytes: 0, doneBytes: 0, from: first, to: first };
    const to = ms(pulled.at);
    const from = to === undefined ? undefined : to - figures.tookMs;
    return { ...base, state: 'pulled', bytes: figures.bytes, doneBytes: figures.bytes, from, to };
  }
  if (!pulling) return undefined;
  const from = ms(pulling.at);
  if (failed && failed.at >= pulling.at) return { ...base, state: 'failed', from, to: ms(failed.at) };
  const layers = expectedLayers(state.images.get(image), pod.spec?.nodeName ?? '', state);
  const bytes = layers && sum(layers.filter(isMoved), (layer) => layer.sizeBytes);
  const tookMs = usualPull(image, state);
  const to = from === undefined || tookMs === undefined ? undefined : from + tookMs;
  return { ...base, state: 'pulling', bytes, from, to, layers: layers ?? [] };
}

/** Layers of an image, cached where an image is on the node that has them too; undefined without facts. */
function expectedLayers(
  facts: ImageFacts | null | undefined,
  node: string,
  state: RolloutState,
): LayerPull[] | undefined {
  if (!facts) return undefined;
  const here = layersOn(node, state);
  return facts.layers.map(({ digest, sizeBytes }) => ({
    digest,
    sizeBytes,
    state: here.has(digest) ? 'cached' : 'waiting',
    doneBytes: 0,
  }));
}

/** Digests of layers that a node has for certain: of images that its status names and of which facts are known. */
function layersOn(node: string, state: RolloutState): ReadonlySet<string> {
  const images: { names?: string[] }[] = state.nodes.get(node)?.['status']?.images ?? [];
  const names = new Set(images.flatMap((image) => image.names ?? []));
  const known = [...state.images.values()].filter(
    (facts) => facts && (names.has(facts.reference) || [...names].some((name) => name.endsWith(`@${facts.digest}`))),
  );
  return new Set(known.flatMap((facts) => facts?.layers.map(({ digest }) => digest) ?? []));
}

const spans = new WeakMap<RolloutState['notices'], ReadonlyMap<string, number>>();

/** How long other nodes took to pull the image: the longest, since shares of what they had differ. */
function usualPull(image: string, { notices }: RolloutState): number | undefined {
  const known = spans.get(notices) ?? longestPulls(notices);
  // All pods that wait ask the same of the same events.
  spans.set(notices, known);
  return known.get(image);
}

function longestPulls(notices: RolloutState['notices']): ReadonlyMap<string, number> {
  const longest = new Map<string, number>();
  for (const about of notices.values()) {
    for (const { reason, message } of about.values()) {
      const [, image] = reason === 'Pulled' ? (/^Successfully pulled image "([^"]+)"/.exec(message) ?? []) : [];
      const figures = image === undefined ? undefined : pulledFigures(message);
      if (image !== undefined && figures) longest.set(image, Math.max(longest.get(image) ?? 0, figures.tookMs));
    }
  }
  return longest;
}
