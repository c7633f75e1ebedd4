import { escapeTerminal } from '../../lib/escape.ts';
import type { PodNode } from '../../store/rollout/pod-progress.ts';
import type { PodPull } from '../../store/rollout/pod-pulls.ts';
import type { RolloutSnapshot } from '../../store/rollout/snapshot.ts';
import { failureText } from '../../store/rollout/verdict.ts';
import { sizeOf, spanText } from './figures.ts';
import { quoted, stageText } from './tree-lines.ts';

/**
 * The rollout as a log, for pipes and CI: one line for every change of the status, of a pod's stage, for
 * every image that has come, and for what holds the rollout up. Keeps what it said, so that nothing is said twice.
 */
export class ProgressLog {
  readonly #prefix: string;
  #status = '';
  /** Whether the pods are known that are there from the start. */
  #begun = false;
  readonly #pods = new Map<string, string>();
  /** Pods that were ready from the start: how they became so is no news. */
  readonly #wereReady = new Set<string>();
  readonly #pulled = new Set<string>();
  readonly #problems = new Set<string>();

  /** @param prefix what every line begins with, where several rollouts are told of */
  constructor(prefix = '') {
    this.#prefix = prefix;
  }

  /** @returns the lines that are new in this snapshot */
  next(snapshot: RolloutSnapshot): string[] {
    const lines: string[] = [];
    const seen = new Set<string>();
    for (const revision of snapshot.tree?.revisions ?? []) {
      for (const pod of revision.pods) {
        seen.add(pod.uid);
        const known = this.#pods.get(pod.uid);
        const stage = stageText(pod);
        this.#pods.set(pod.uid, stage);
        // Old pods, and new ones that were ready from the start, are no news.
        if (stage === 'ready' && known === undefined && !this.#begun) this.#wereReady.add(pod.uid);
        const isNews = known !== stage && (known !== undefined || (revision.isNew && !this.#wereReady.has(pod.uid)));
        if (isNews && stage === 'scheduled') lines.push(`pod/${pod.name} scheduled on ${pod.node}`);
        if (!this.#wereReady.has(pod.uid)) lines.push(...this.#pulls(pod, known !== undefined));
        if (isNews && stage !== 'scheduled') lines.push(`pod/${pod.name} ${stage}`);
      }
    }
    this.#begun ||= snapshot.listed.has('pod') && snapshot.tree !== undefined;
    for (const uid of this.#pods.keys()) if (!seen.has(uid)) this.#pods.delete(uid);
    for (const failure of snapshot.failures) {
      const { code, container, message, log = [] } = failure;
      // How many pods have it by now, and which is the first of them, is no news.
      const trouble = `${code}/${container}/${message.replaceAll(/pod "[^"]*"/g, 'pod')}`;
      if (!this.#problems.has(trouble)) lines.push(`warning: ${failureText(failure)}`);
      this.#problems.add(trouble);
      const words = `${code}/${container}/${log.join('\n')}`;
      if (log.length > 0 && !this.#problems.has(words)) lines.push(...quoted(log));
      this.#problems.add(words);
    }
    for (const [kind, why] of snapshot.unread) {
      const note = `note: ${kind}s are not told of: ${why}`;
      if (!this.#problems.has(note)) lines.push(note);
      this.#problems.add(note);
    }
    const status = snapshot.status?.message ?? '';
    if (status !== this.#status && status !== '') lines.push(status);
    this.#status = status;
    return lines.map((line) => this.#prefix + escapeTerminal(line));
  }

  #pulls(pod: PodNode, wasKnown: boolean): string[] {
    return pod.pulls.flatMap((pull) => {
      const key = `${pod.uid}/${pull.container}`;
      if (pull.state === 'failed' || pull.state === 'waiting' || pull.state === 'pulling' || this.#pulled.has(key))
        return [];
      this.#pulled.add(key);
      return wasKnown ? [`pod/${pod.name} ${pulledText(pull)}`] : [];
    });
  }
}

function pulledText({ image, state, from, to, bytes, exact, layers }: PodPull): string {
  if (state === 'cached') return `has image ${image} on its node`;
  const took = from === undefined || to === undefined ? '' : ` in ${spanText(to - from)}`;
  const there = layers.filter((layer) => layer.state === 'cached' || layer.state === 'shared').length;
  // A kubelet tells the size of the whole image, whatever of it had to come.
  const what =
    exact && bytes !== undefined
      ? `${sizeOf(bytes)}${there > 0 ? `, ${there} of ${layers.length} layers were there` : ''}`
      : bytes === undefined
        ? ''
        : `an image of ${sizeOf(bytes)}`;
  return `pulled image ${image}${took}${what ? ` (${what})` : ''}`;
}
