import type { KubeObject } from '../../api/meta.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { escapeTerminal } from '../../lib/escape.ts';
import { isPulling, pullFacts } from './pull-facts.ts';
import { World } from './world.ts';

/** A description waits no longer for it (ms). */
const LIMIT = 1_000;

/**
 * What `describe` adds for people to a pod whose image is not pulled: the links between container and registry.
 * '' where nothing is wrong with its images, and where nothing is known in time.
 */
export async function pullSection(pod: KubeObject, cluster: Cluster, signal: AbortSignal): Promise<string> {
  if (!isPulling(pod)) return '';
  const limited = AbortSignal.any([signal, AbortSignal.timeout(LIMIT)]);
  try {
    const facts = await pullFacts(pod, new World(cluster, limited));
    const lines = facts.map(({ level, text }) => `  ${level === 'bad' ? '✖' : '-'} ${escapeTerminal(text)}`);
    return lines.length === 0 ? '' : `Why the image is not pulled:\n${lines.join('\n')}\n`;
  } catch (error) {
    if (signal.aborted) throw error;
    return '';
  }
}
