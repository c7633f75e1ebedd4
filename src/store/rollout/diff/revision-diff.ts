import type { KnownImage } from '../../../api/image-facts.ts';
import type { KubeObject } from '../../../api/meta.ts';
import { inOrder } from '../../../lib/in-order.ts';
import { isControlledBy } from '../revisions.ts';
import { type CandidateNode, candidateNodes } from './candidate-nodes.ts';
import { type ConfigChange, configChange, type ReadObject } from './config-changes.ts';
import { configPairs } from './config-references.ts';
import { compareLayers, type ImageChange, imagePairs } from './image-changes.ts';
import { imageKey, isOwnNode, keptImages, type NodePull, nodePull, platformOf, repositoryOf } from './node-pulls.ts';
import type { RevisionRecord } from './revision.ts';
import { type TemplateChanges, templateChanges } from './template-changes.ts';

/** One side of a comparison. */
export interface RevisionSide {
  revision: number;
  /** Of the ReplicaSet or ControllerRevision. */
  name: string;
  /** RFC 3339 */
  createdAt: string;
  changeCause: string;
}

/** Everything that a change from one revision to another brings. */
export interface RevisionDiff extends TemplateChanges {
  workload: { kind: string; namespace: string; name: string };
  before: RevisionSide;
  after: RevisionSide;
  /** The older one's changes of ConfigMaps and Secrets that pods refer to. */
  config: ConfigChange[];
  images: ImageChange[];
  /** What nodes fetch for the newer revision: those that run pods of the workload, then those that may. */
  nodes: NodePull[];
  /** What could not be seen, and so is missing above. */
  missing: string[];
}

/** What a comparison reads of a cluster and its registries. */
export interface DiffWorld {
  get(resource: 'configmaps' | 'secrets', namespace: string, name: string): Promise<ReadObject>;
  /** Undefined: they may not be listed. */
  nodes(): Promise<readonly KubeObject[] | undefined>;
  /** Those that the workload's selector chooses. Undefined: they may not be listed. */
  pods(workload: KubeObject): Promise<readonly KubeObject[] | undefined>;
  /** Never throws for what an image or its registry is like. */
  image(reference: string, platform: { os: string; architecture: string }): Promise<KnownImage>;
  fullName(reference: string): string;
  /** Digests of layers that a simulated node has; [] of any other, which do not tell. */
  layersOn(node: KubeObject): Promise<readonly string[]>;
}

/** Images that are asked about at a time. */
const AT_ONCE = 6;
/** Images on nodes, beyond the two revisions' own, that a registry is asked about. */
const MOST_SIBLINGS = 12;
/** Nodes that are asked for their layers one by one. */
const MOST_ASKED = 100;

/**
 * Compares two revisions and looks up what they stand for.
 * @param keepers ReplicaSets of the workload: their pods are its own
 */
export async function diffRevisions(
  workload: KubeObject,
  before: RevisionRecord,
  after: RevisionRecord,
  keepers: readonly KubeObject[],
  world: DiffWorld,
): Promise<RevisionDiff> {
  const { namespace = '', name = '' } = workload.metadata;
  const [config, [nodes, pods]] = await Promise.all([
    configChanges(before, after, namespace, world),
    Promise.all([world.nodes(), world.pods(workload)]),
  ]);
  const own = (pods ?? []).filter((pod) => [workload, ...keepers].some((owner) => isControlledBy(pod, owner)));
  const candidates = candidateNodes(workload.kind, after.template, nodes ?? [], own);
  const pairs = imagePairs(before.template, after.template);
  const platforms = new Map(candidates.map(({ node }) => [text(platformOf(node)), platformOf(node)]));
  const [main = { os: 'linux', architecture: 'amd64' }] = platforms.values();
  const known = await knownImages(pairs, after, candidates, main, world);
  const reportedSizes = new Map(
    (nodes ?? []).flatMap((node) =>
      keptImages(node, world.fullName).flatMap(({ names, bytes }) => names.map((one) => [one, bytes] as const)),
    ),
  );
  const layersOn = await toldLayers(candidates, world);
  const context = { known, reportedSizes, layersOn, fullName: world.fullName };
  return {
    workload: { kind: workload.kind, namespace, name },
    before: side(before),
    after: side(after),
    ...templateChanges(before.template, after.template),
    config,
    images: pairs.map((pair) => withLayers(pair, known, text(main), world)),
    nodes: candidates.map((candidate) => nodePull(candidate, after.template, context)),
    missing: [...(nodes ? [] : ['nodes']), ...(pods ? [] : ['pods'])],
  };
}

/** Where pods of the workload are, the last pulls were its own, and a node's status does not tell of them yet. */
async function toldLayers(
  candidates: readonly CandidateNode[],
  world: DiffWorld,
): Promise<Map<string, readonly string[]>> {
  const asked = candidates.filter(({ pods }) => pods > 0).slice(0, MOST_ASKED);
  const told = new Map<string, readonly string[]>();
  for await (const answer of inOrder(asked, AT_ONCE, ({ node }) => world.layersOn(node))) {
    if (answer.status === 'rejected') throw answer.reason;
    told.set(asked[told.size]!.node.metadata.name ?? '', answer.value);
  }
  return told;
}

const text = ({ os, architecture }: { os: string; architecture: string }): string => `${os}/${architecture}`;

function side({ revision, changeCause, keeper }: RevisionRecord): RevisionSide {
  const { name = '', creationTimestamp = '' } = keeper.metadata;
  return { revision, name, createdAt: creationTimestamp, changeCause };
}

async function configChanges(
  before: RevisionRecord,
  after: RevisionRecord,
  namespace: string,
  world: DiffWorld,
): Promise<ConfigChange[]> {
  const pairs = configPairs(before.template, after.template);
  const since = [before, after].map(({ keeper }) => keeper.metadata.creationTimestamp ?? '').sort()[0]!;
  const changes = await Promise.all(
    pairs.map(async (pair) => {
      const resource = pair.kind === 'Secret' ? 'secrets' : 'configmaps';
      const read = (name: string | undefined) =>
        name === undefined ? Promise.resolve(undefined) : world.get(resource, namespace, name);
      const after = read(pair.after);
      const old = pair.before === pair.after ? after : read(pair.before);
      return configChange(pair, { before: await old, after: await after }, since);
    }),
  );
  return changes.filter((one) => one !== undefined);
}

/** Facts of the images of both revisions, and of those on the nodes that may have layers in common with them. */
async function knownImages(
  pairs: readonly ImageChange[],
  after: RevisionRecord,
  candidates: readonly CandidateNode[],
  main: { os: string; architecture: string },
  world: DiffWorld,
): Promise<Map<string, KnownImage>> {
  const wanted = new Map<string, { reference: string; platform: typeof main }>();
  const want = (reference: string | undefined, platform: typeof main) => {
    if (reference) wanted.set(imageKey(text(platform), world.fullName(reference)), { reference, platform });
  };
  const { initContainers = [], containers = [] } = after.template.spec ?? {};
  const toRun = [...initContainers, ...containers].map(({ image }) => image);
  for (const { before, after: fresh } of pairs) for (const image of [before, fresh]) want(image, main);
  const repositories = new Set(toRun.map((image) => repositoryOf(world.fullName(image ?? ''))));
  let siblings = 0;
  for (const { node, images } of candidates) {
    const platform = platformOf(node);
    for (const image of [...toRun, ...pairs.map(({ before }) => before)]) want(image, platform);
    const isOwn = isOwnNode(node);
    const kept = [
      ...keptImages(node, world.fullName).map(({ names }) => names),
      ...images.map((names) => names.map(world.fullName)),
    ];
    for (const names of kept) {
      const isSibling = names.some((name) => repositories.has(repositoryOf(name)));
      if (names.some((name) => wanted.has(imageKey(text(platform), name)))) continue;
      if (!isOwn && (!isSibling || siblings++ >= MOST_SIBLINGS)) continue;
      // The digest is what the node really has; the bundled cluster knows images by their tags.
      want(
        isOwn
          ? names.find((name) => !name.includes('@'))
          : names.toSorted((a, b) => Number(b.includes('@')) - Number(a.includes('@')))[0],
        platform,
      );
    }
  }
  const asked = [...wanted];
  const known = new Map<string, KnownImage>();
  for await (const answer of inOrder(asked, AT_ONCE, ([, { reference, platform }]) =>
    world.image(reference, platform),
  )) {
    if (answer.status === 'rejected') throw answer.reason;
    known.set(asked[known.size]![0], answer.value);
  }
  return known;
}

function withLayers(
  pair: ImageChange,
  known: ReadonlyMap<string, KnownImage>,
  platform: string,
  { fullName }: DiffWorld,
): ImageChange {
  const [before, after] = [pair.before, pair.after].map((image) =>
    image === undefined
      ? undefined
      : (known.get(imageKey(platform, fullName(image))) ?? { unknown: 'it was not asked for' }),
  );
  for (const one of [after, before]) if (one && 'unknown' in one) return { ...pair, unknown: one.unknown };
  const facts = [before, after].map((one) => (one && 'facts' in one ? one.facts : undefined));
  return { ...pair, layers: compareLayers(facts[0], facts[1], platform) };
}
