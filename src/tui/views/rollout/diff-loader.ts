import { KctlError } from '../../../lib/errors.ts';
import { currentRevision, revisionsOf } from '../../../store/rollout/diff/revision.ts';
import type { RevisionDiff } from '../../../store/rollout/diff/revision-diff.ts';
import type { RolloutSnapshot } from '../../../store/rollout/snapshot.ts';
import type { DashboardServices } from '../../services.ts';
import { say } from '../../words/say.ts';
import { refArgument } from '../ref-text.ts';
import type { ObjectRef } from '../view.ts';

export type LoadedDiff = { diff: RevisionDiff } | { error: Error } | { note: string };

/** What changed between the revision before and the one that is rolled out: compared anew when another one is. */
export class DiffLoader {
  readonly #services: DashboardServices;
  readonly #ref: ObjectRef;
  readonly #onChange: () => void;
  readonly #stopping = new AbortController();
  #wanted = '';
  #loaded: LoadedDiff | undefined;

  constructor(services: DashboardServices, ref: ObjectRef, onChange: () => void) {
    this.#services = services;
    this.#ref = ref;
    this.#onChange = onChange;
  }

  /** Undefined while it is on its way. */
  get loaded(): LoadedDiff | undefined {
    return this.#loaded;
  }

  /** Asks for what belongs to `snapshot`, unless that is known or on its way. */
  look({ state: { workload, revisions }, listed }: RolloutSnapshot): void {
    if (!workload || !listed.has('revision')) return;
    const history = revisionsOf(workload, [...revisions.values()]);
    const after = currentRevision(workload, history);
    const before = history.findLast(({ revision }) => after !== undefined && revision < after.revision);
    const wanted = `${before?.revision}..${after?.revision} ${after?.keeper.metadata.uid}`;
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    if (!after) return;
    if (!before) {
      this.#loaded = { note: say('This is the only revision: there is nothing to compare it with.') };
      return;
    }
    this.#loaded = undefined;
    void this.#load(wanted, `${before.revision}..${after.revision}`);
  }

  again(): void {
    this.#wanted = '';
  }

  async #load(wanted: string, range: string): Promise<void> {
    const { namespace } = this.#ref;
    const argv = ['rollout', 'diff', refArgument(this.#ref), `--revision=${range}`, '-o', 'json'];
    const place = namespace === undefined ? [] : ['-n', namespace];
    const { code, stdout, stderr } = await this.#services.run([...argv, ...place], { signal: this.#stopping.signal });
    if (this.#stopping.signal.aborted || wanted !== this.#wanted) return;
    this.#loaded = code === 0 ? read(stdout) : { error: new KctlError('api', stderr.trim().replace(/^error: /, '')) };
    this.#onChange();
  }

  close(): void {
    this.#stopping.abort();
  }
}

function read(text: string): LoadedDiff {
  try {
    return { diff: JSON.parse(text) as RevisionDiff };
  } catch (error) {
    return { error: error as Error };
  }
}
