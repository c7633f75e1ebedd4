import { escapeTerminal } from '../../lib/escape.ts';
import type { RolloutSnapshot } from '../../store/rollout/rollout-store.ts';
import { stageText } from './tree-lines.ts';

/**
 * The rollout as a log, for pipes and CI: one line for every change of the status, of a pod's stage
 * and of what holds the rollout up. Keeps what it said, so that nothing is said twice.
 */
export class ProgressLog {
  #status = '';
  readonly #pods = new Map<string, string>();
  readonly #problems = new Set<string>();

  /** @returns the lines that are new in this snapshot */
  next(snapshot: RolloutSnapshot): string[] {
    const lines: string[] = [];
    const seen = new Set<string>();
    for (const revision of snapshot.tree?.revisions ?? []) {
      for (const pod of revision.pods) {
        seen.add(pod.uid);
        const known = this.#pods.get(pod.uid);
        const stage = stageText(pod);
        if (known === stage) continue;
        this.#pods.set(pod.uid, stage);
        // Old pods that were there from the start are no news.
        if (known === undefined && !revision.isNew) continue;
        lines.push(`pod/${pod.name} ${stage}${pod.node && stage === 'scheduled' ? ` on ${pod.node}` : ''}`);
      }
    }
    for (const uid of this.#pods.keys()) if (!seen.has(uid)) this.#pods.delete(uid);
    for (const { message, pod } of snapshot.failures) {
      const line = `warning: ${pod ? `${pod}: ` : ''}${message}`;
      if (!this.#problems.has(line)) lines.push(line);
      this.#problems.add(line);
    }
    const status = snapshot.status?.message ?? '';
    if (status !== this.#status && status !== '') lines.push(status);
    this.#status = status;
    return lines.map(escapeTerminal);
  }
}
