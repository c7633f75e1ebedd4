import { type FieldDifference, fieldDifferences } from '../../../../api/changes/field-diff.ts';
import { type FieldConflict, mergeFields } from '../../../../api/changes/three-way.ts';
import type { KubeObject } from '../../../../api/meta.ts';
import { toYaml } from '../../../../lib/yaml.ts';
import { Observable } from '../../../../store/observable.ts';
import type { DashboardServices } from '../../../services.ts';
import type { ObjectRef } from '../../view.ts';
import { editableObject } from './edited-text.ts';

/** What the server says that it would make of an edit. */
type Trial =
  | { phase: 'asking' }
  | {
      phase: 'accepted';
      after: KubeObject | undefined;
      said: readonly string[];
      /** What else comes of it: pods that are replaced, quotas. Undefined until it is known. */
      effects?: readonly string[];
    }
  | { phase: 'refused'; said: readonly string[] };

export interface DraftSnapshot {
  /** The object as the server has it, as far as is known; with its managed fields. */
  base: KubeObject;
  /** What would be sent: what was typed, with what others have changed meanwhile. */
  mine: KubeObject;
  /** Fields that others changed meanwhile, each in another way than the user. */
  conflicts: readonly FieldConflict[];
  /** What others have changed since the editor was opened, and is in `mine` now. */
  taken: readonly FieldDifference[];
  trial: Trial;
  /** The object is not the one any more that was edited. */
  lost: 'deleted' | 'replaced' | undefined;
}

/** What is counted and stamped by the server, or told by controllers: no reason for anybody to look again. */
const untold = /^(status\b|metadata\.(resourceVersion|generation|managedFields)\b)/;

const told = (differences: readonly FieldDifference[]) => differences.filter(({ path }) => !untold.test(path));

/** How often the dry run is tried again where the object moves under it. */
const mostTries = 5;

/** How a refusal reads where the object has another version than the one that was sent. */
export const isConflict = (said: readonly string[]): boolean => said.some((line) => /\(Conflict\)/.test(line));

/**
 * An edit between the editor and the server: what others change meanwhile is merged into it field by field, and the
 * server is asked by a dry run what it would make of it.
 */
export class EditDraft extends Observable<DraftSnapshot> {
  readonly #services: DashboardServices;
  readonly #ref: ObjectRef;
  /** What would be sent if others had their way in each conflict. */
  #yielding: KubeObject;
  #asking = new AbortController();

  constructor(services: DashboardServices, ref: ObjectRef, base: KubeObject, mine: KubeObject) {
    super({ base, mine, conflicts: [], taken: [], trial: { phase: 'asking' }, lost: undefined });
    this.#services = services;
    this.#ref = ref;
    this.#yielding = mine;
    void this.#rehearse();
  }

  /** What the change is, field by field. */
  get changes(): FieldDifference[] {
    const { base, mine } = this.getSnapshot();
    return fieldDifferences(editableObject(base), mine).filter(({ path }) => path !== 'metadata.resourceVersion');
  }

  /** What is written to the server. */
  get text(): string {
    return toYaml(this.getSnapshot().mine);
  }

  /**
   * What came out of the editor once more: whoever has saved it has seen the conflicts.
   * @param opened what was in the editor at first; what others have done meanwhile is in `mine` already
   */
  edited(next: KubeObject, opened: KubeObject = this.getSnapshot().mine): void {
    const { mine } = this.getSnapshot();
    const merged = mergeFields(opened, next, mine);
    this.#yielding = mergeFields(opened, next, mine, 'theirs').value as KubeObject;
    const conflicts = merged.conflicts.filter(({ path }) => !untold.test(path));
    this.publish({ ...this.getSnapshot(), mine: merged.value as KubeObject, conflicts, trial: { phase: 'asking' } });
    void this.#rehearse();
  }

  /**
   * Takes in how the object is now.
   * @returns whether a reader should look again: others have changed what people write
   */
  meet(now: KubeObject): boolean {
    const { base, mine, taken, conflicts } = this.getSnapshot();
    if (now.metadata.uid !== base.metadata.uid) {
      this.publish({ ...this.getSnapshot(), lost: 'replaced' });
      return true;
    }
    if (now.metadata.resourceVersion === base.metadata.resourceVersion) return false;
    const [was, is] = [editableObject(base), editableObject(now)];
    const moved = told(fieldDifferences(was, is));
    const merged = mergeFields(was, mine, is);
    this.#yielding = mergeFields(was, this.#yielding, is, 'theirs').value as KubeObject;
    // One that others have changed again is a conflict anew, or has become what the user wants.
    const still = conflicts.filter(({ path }) => ![...merged.conflicts, ...moved].some((one) => one.path === path));
    const next = {
      base: now,
      mine: merged.value as KubeObject,
      conflicts: [...still, ...merged.conflicts.filter(({ path }) => !untold.test(path))],
      // The same array while nothing has been taken over: whoever keeps it can tell.
      taken:
        moved.length === 0 ? taken : [...taken.filter(({ path }) => !moved.some((one) => one.path === path)), ...moved],
      lost: undefined,
    };
    if (moved.length === 0) {
      this.publish({ ...this.getSnapshot(), ...next });
      return false;
    }
    this.publish({ ...this.getSnapshot(), ...next, trial: { phase: 'asking' } });
    void this.#rehearse();
    return true;
  }

  deleted(): void {
    this.publish({ ...this.getSnapshot(), lost: 'deleted' });
  }

  /** Decides all conflicts the same way. */
  resolve(how: 'mine' | 'theirs'): void {
    const { mine, conflicts } = this.getSnapshot();
    if (conflicts.length > 0) this.edited(how === 'mine' ? mine : this.#yielding);
  }

  /** What the server said when it was really asked. */
  refused(said: readonly string[]): void {
    this.#asking.abort();
    this.publish({ ...this.getSnapshot(), trial: { phase: 'refused', said } });
  }

  async #rehearse(tries = 0): Promise<void> {
    this.#asking.abort();
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    const { namespace } = this.#ref;
    const argv = ['replace', '-f', '-', ...(namespace === undefined ? [] : ['-n', namespace])];
    const stdin = this.text;
    const sent = this.getSnapshot().mine.metadata.resourceVersion;
    const tried = await this.#services.run([...argv, '--dry-run=server', '-o', 'json'], { stdin, signal });
    const { code, stdout, stderr } = tried;
    if (signal.aborted) return;
    const said = stderr.trim() === '' ? [] : stderr.trim().split('\n');
    if (code !== 0 && isConflict(said) && tries < mostTries) {
      const { resource, name } = this.#ref;
      const now = await this.#services.get(resource, namespace, name).catch(() => undefined);
      if (now && !signal.aborted) this.meet(now);
      // Where only counters have moved nobody has to look again, but the server has to be asked again.
      const isNews = this.getSnapshot().mine.metadata.resourceVersion !== sent;
      if (isNews && !signal.aborted) void this.#rehearse(tries + 1);
      if (isNews) return;
    }
    if (signal.aborted) return;
    const trial: Trial =
      code === 0 ? { phase: 'accepted', after: readObject(stdout), said } : { phase: 'refused', said };
    this.publish({ ...this.getSnapshot(), trial });
    if (trial.phase !== 'accepted') return;
    const looked = await this.#services.run([...argv, '--preview'], { stdin, signal });
    if (!signal.aborted)
      this.publish({ ...this.getSnapshot(), trial: { ...trial, effects: effectsOf(looked.stdout) } });
  }

  close(): void {
    this.#asking.abort();
  }
}

/** The part of what `--preview` prints that is not about the fields themselves. */
function effectsOf(text: string): string[] {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => /^What comes of it:$/.test(line));
  return at < 0 ? [] : lines.slice(at + 1).filter((line) => line.startsWith('  '));
}

/** Undefined where a command printed no object. */
function readObject(text: string): KubeObject | undefined {
  try {
    return JSON.parse(text) as KubeObject;
  } catch {
    return undefined;
  }
}
