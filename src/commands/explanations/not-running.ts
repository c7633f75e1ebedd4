import type { KubeObject } from '../../api/meta.ts';
import { resourcePath } from '../../api/resource.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { resolveResourceArguments } from '../shared/resource-args.ts';
import type { Fact } from '../why/fact.ts';
import { subjectOf } from '../why/find-pod.ts';
import { claimFacts, placedPodFacts } from '../why/pod-facts.ts';
import { World } from '../why/world.ts';
import type { Asked, Said } from './explanation.ts';

/** What `why` knows of the containers, from the registry's error to the secret; nodes are not judged, which takes longer. */
export async function* explainNotRunning(asked: Asked): AsyncGenerator<Said> {
  const { signal, tool } = asked;
  const cluster = await asked.connect();
  const object = await objectOf(asked, cluster);
  if (!object) return;
  const world = new World(cluster, signal);
  const now = cluster.transport.now();
  const { pod, facts } = await subjectOf(object, world, now);
  const above = pod === object ? [] : facts.filter(({ level }) => level === 'bad');
  for (const fact of above) yield point(fact);
  const below: Fact[] = pod === object ? facts.filter(({ level }) => level === 'bad') : [];
  if (pod && !pod['spec'].nodeName) {
    const conditions: { type: string; status: string; message?: string }[] = pod['status']?.conditions ?? [];
    const said = conditions.find(({ type, status }) => type === 'PodScheduled' && status === 'False')?.message;
    yield `Pod ${pod.metadata.name} has no node${said ? `. The scheduler says: ${said}` : ' yet.'}`;
    below.push(...(await claimFacts(pod, world, now)).filter(({ level }) => level !== 'ok'));
  } else if (pod) {
    below.push(...(await placedPodFacts(pod, world, now)).filter(({ level }) => level !== 'ok'));
    if (pod !== object && below.length > 0) yield `Its pod ${pod.metadata.name}:`;
  }
  for (const fact of below.slice(0, MOST)) yield point(fact);
  const found = [...above, ...below];
  const next = [...new Set(found.flatMap((fact) => fact.next ?? []))];
  if (next.length > 0) yield `What to do: ${next.slice(0, 3).join('; ')}.`;
  // A pod that came up meanwhile has nothing to explain.
  if (found.length === 0 && pod?.['spec'].nodeName) return;
  const { name, namespace } = object.metadata;
  yield { command: `${tool} why ${object.kind.toLowerCase()}/${name}${namespace ? ` -n ${namespace}` : ''}` };
}

/** More is in `why`. */
const MOST = 6;

const point = ({ text, guess }: Fact): string => `- ${guess ? 'probably: ' : ''}${text}`;

/** What a message names: `pods/web`, `pod "web"`. */
const NAMED: readonly RegExp[] = [/ in pod "([^"]+)"/, /for the condition on ([a-z0-9.]+\/\S+)$/];

/** The object that the failure is about: from its words, else from the command line. */
async function objectOf(asked: Asked, { discovery, namespace, transport }: Cluster): Promise<KubeObject | undefined> {
  const { error, args, commandPath, tool, signal } = asked;
  const [pod, target] = NAMED.map((pattern) => pattern.exec(error.message)?.[1]);
  const [first = ''] = args;
  const isPods = /^(?:logs|exec|attach|cp|port-forward|run)$/.test(commandPath);
  const words = pod ? ['pods', pod] : target ? [target] : isPods && !first.includes('/') ? ['pods', first] : args;
  if (words.length === 0 || words.includes('')) return undefined;
  const { targets } = await resolveResourceArguments(words, discovery, tool);
  const [one] = targets;
  if (one?.names.length !== 1 || targets.length > 1) return undefined;
  const path = resourcePath(one.resource, { namespace, name: one.names[0] });
  const object = await transport.json<KubeObject>({ method: 'GET', path, signal });
  return { ...object, kind: object.kind ?? one.resource.kind };
}
