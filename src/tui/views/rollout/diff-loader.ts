import { KctlError } from '../../../lib/errors.ts';
import { currentRevision, type RevisionRecord, revisionsOf } from '../../../store/rollout/diff/revision.ts';
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
  #pair: { before: number; after: number } | undefined;
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
  look({ state: { workload, revisions }, listed, tree }: RolloutSnapshot): void {
    if (!workload || !listed.has('revision') || !listed.has('pod')) return;
    const history = revisionsOf(workload, [...revisions.values()]);
    const after = currentRevision(workload, history);
    const before = history.find(({ revision }) => revision === this.#before(after?.revision, history, tree));
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

  /**
   * What is replaced: the newest older revision that has pods when the new one is first seen, else the one before.
   * It stays the same when these pods have gone.
   */
  #before(
    after: number | undefined,
    history: readonly RevisionRecord[],
    tree: RolloutSnapshot['tree'],
  ): number | undefined {
    if (after === undefined) return undefined;
    const older = history.map(({ revision }) => revision).filter((revision) => revision < after);
    if (this.#pair?.after === after && older.includes(this.#pair.before)) return this.#pair.before;
    const running = (tree?.revisions ?? []).flatMap(({ isNew, pods, revision = 0 }) =>
      !isNew && pods.length > 0 && older.includes(revision) ? [revision] : [],
    );
    const before = running.length > 0 ? Math.max(...running) : older.at(-1);
    this.#pair = before === undefined ? undefined : { before, after };
    return before;
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
