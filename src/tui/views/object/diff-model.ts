import { fieldDifferences } from '../../../api/changes/field-diff.ts';
import { ownFields } from '../../../api/changes/own-fields.ts';
import type { KubeObject } from '../../../api/meta.ts';
import { ageSince } from '../../../lib/age.ts';
import { toYaml } from '../../../lib/yaml.ts';
import { decodedYaml } from '../../../output/decoded.ts';
import type { ObjectVersion } from '../../../store/object-history.ts';
import type { DashboardServices } from '../../services.ts';
import type { PickerItem } from '../../state/picker.ts';
import { say } from '../../words/say.ts';
import { DocumentModel, type DocumentText, linesOf } from '../document-model.ts';
import { refText } from '../ref-text.ts';
import { sentence } from '../sentence.ts';
import type { ObjectRef } from '../view.ts';
import { asApplied, lastApplied } from './last-applied.ts';
import { LiveObject, readObject } from './live-object.ts';
import { type Revision, revisionsOf } from './revisions.ts';
import { isSecret, withoutSecrets } from './secret-text.ts';
import { diffParts, sideBySideFrom, sideBySideLines, unifiedLines } from './text-diff.ts';
import { versionAt } from './version-at.ts';
import { withoutManagedFields, yamlToggles } from './yaml-text.ts';

/** What the object is compared with: what was applied, a revision that its controller keeps, or a version that was seen. */
type Base =
  | { kind: 'applied'; object: KubeObject }
  | { kind: 'revision'; revision: Revision }
  | { kind: 'version'; version: ObjectVersion };

const timeOf = (at: number) => new Date(at).toISOString().slice(11, 19);

/** Compares an object, as it is, with what it was: live, against last-applied and every version seen. */
export class DiffModel extends DocumentModel {
  readonly #live: LiveObject;
  readonly #now: () => number;
  readonly #state: DiffState;

  constructor(services: DashboardServices, ref: ObjectRef) {
    const live = new LiveObject(services, ref);
    const state: DiffState = {
      base: undefined,
      layout: undefined,
      fields: undefined,
      revisions: [],
      revisionsOf: undefined,
      past: undefined,
    };
    const now = () => services.timing.now();
    super({
      view: { type: 'document', content: 'diff', of: refText(ref) },
      target: ref,
      toggles: {
        [yamlToggles.managed]: false,
        ...(isSecret({ apiVersion: ref.resource.group ? '' : 'v1', kind: ref.resource.kind }) && {
          [yamlToggles.decoded]: false,
        }),
      },
      load: async (toggles, past) => {
        const now = await readObject(services, ref);
        state.past = past;
        const then = past === undefined ? { object: now } : versionAt(services, ref, past);
        if ('why' in then) return sentence(then.why);
        const { object } = then;
        const { generation } = object.metadata;
        if (state.revisionsOf !== generation || generation === undefined) {
          state.revisions = await revisionsOf(services, ref, object);
          state.revisionsOf = generation;
        }
        return differenceText(object, baseOf(live, state), toggles, state);
      },
      travels: true,
      live,
      notes: () => notesOf(baseOf(live, state), state, now()),
    });
    this.#live = live;
    this.#now = now;
    this.#state = state;
  }

  /** Goes to the base before (-1) or after (1). @returns false at the ends */
  step(by: 1 | -1): boolean {
    const all = basesOf(this.#live, this.#state);
    const at = all.findIndex((base) => idOf(base) === idOf(baseOf(this.#live, this.#state)));
    const next = all[at + by];
    if (!next || at < 0) return false;
    this.compareWith(idOf(next)!);
    return true;
  }

  compareWith(id: string): void {
    this.#state.base = id;
    this.refresh();
  }

  /** One below the other in place of beside each other, or the other way round. */
  toggleLayout(): void {
    this.#state.layout = this.#isSideBySide() ? 'unified' : 'sides';
    this.refresh();
  }

  #isSideBySide(): boolean {
    return this.#state.layout === undefined ? this.width >= sideBySideFrom : this.#state.layout === 'sides';
  }

  /** Everything that the object can be compared with, oldest first. */
  bases(): PickerItem[] {
    const now = this.#now();
    return basesOf(this.#live, this.#state).map((base) => ({ id: idOf(base)!, ...labelOf(base, now) }));
  }
}

interface DiffState {
  /** Undefined until somebody chooses: last-applied, else the version before. */
  base: string | undefined;
  layout: 'unified' | 'sides' | undefined;
  /** Fields that differ; undefined where nothing is compared. */
  fields: number | undefined;
  revisions: readonly Revision[];
  /** The generation that they were read at. */
  revisionsOf: number | undefined;
  /** The moment that is shown; undefined is now. */
  past: number | undefined;
  /** What it is compared with while nobody chooses, as of these versions. */
  usual?: { versions: readonly ObjectVersion[]; past: number | undefined; at: number | undefined };
}

const agoOf = (at: number, now: number) => ageSince(new Date(at).toISOString(), now);

function labelOf(base: Base, now: number): { label: string; detail: string } {
  if (base.kind === 'applied') return { label: say('last applied'), detail: '' };
  if (base.kind === 'revision') {
    return { label: say('revision {number}', { number: base.revision.number }), detail: base.revision.name };
  }
  return { label: timeOf(base.version.at), detail: say('seen {age} ago', { age: agoOf(base.version.at, now) }) };
}

function idOf(base: Base | undefined): string | undefined {
  if (!base) return undefined;
  if (base.kind === 'applied') return 'applied';
  if (base.kind === 'revision') return `revision ${base.revision.name}`;
  const { at, object } = base.version;
  return `${at} ${object.metadata.resourceVersion}`;
}

function basesOf(live: LiveObject, { revisions, past }: DiffState): Base[] {
  const { versions: all } = live.history.getSnapshot();
  const versions = past === undefined ? all : all.filter(({ at }) => at <= past);
  const latest = versions.at(-1)?.object;
  const applied = latest && lastApplied(latest);
  return [
    ...(applied ? [{ kind: 'applied', object: applied } as const] : []),
    ...revisions.map((revision) => ({ kind: 'revision', revision }) as const),
    ...versions.slice(0, -1).map((version) => ({ kind: 'version', version }) as const),
  ];
}

function baseOf(live: LiveObject, state: DiffState): Base | undefined {
  const all = basesOf(live, state);
  const chosen = all.find((base) => idOf(base) === state.base);
  if (chosen || all[0]?.kind === 'applied') return chosen ?? all[0];
  const { versions } = live.history.getSnapshot();
  if (state.usual?.versions !== versions || state.usual.past !== state.past) {
    state.usual = { versions, past: state.past, at: versions.findLast((one) => isNews(one, versions, state.past))?.at };
  }
  const usual = all.findLast((base) => base.kind === 'version' && base.version.at === state.usual?.at);
  return usual ?? all.at(-1);
}

/** Whether a version differs from the one that is shown in what people write, and not only in its status. */
function isNews({ at, object }: ObjectVersion, versions: readonly ObjectVersion[], past = Number.POSITIVE_INFINITY) {
  const shown = versions.findLast((one) => one.at <= past)?.object;
  return shown !== undefined && at <= past && fieldDifferences(keptOf(object), keptOf(shown)).length > 0;
}

const keptOf = (object: KubeObject): KubeObject => ownFields(object, undefined);

/** What is different for every write, and says nothing of what is in it. */
function withoutVersion(object: KubeObject): KubeObject {
  const { resourceVersion: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

function differenceText(
  object: KubeObject,
  base: Base | undefined,
  toggles: Readonly<Record<string, boolean>>,
  state: DiffState,
): DocumentText {
  state.fields = undefined;
  if (!base) {
    return sentence(
      say(
        'There is nothing to compare with yet: nobody applied this object, and no other version of it was seen. What changes while this view is open shows here.',
      ),
    );
  }
  const shape = (one: KubeObject) => withoutVersion(toggles[yamlToggles.managed] ? one : withoutManagedFields(one));
  const [before, after] =
    base.kind === 'applied'
      ? [base.object, asApplied(object, base.object)]
      : [shape(base.kind === 'revision' ? base.revision.object : base.version.object), shape(object)];
  state.fields = fieldDifferences(before, after).length;
  if (state.fields === 0) return sentence(say('No field differs.'));
  const text = toggles[yamlToggles.decoded] ? decodedYaml : (one: KubeObject) => toYaml(withoutSecrets(one));
  const parts = diffParts(linesOf(text(before)), linesOf(text(after)));
  if (!parts) return sentence(say('The two differ in so much that it would take too long to tell where.'));
  return (width) => {
    const sides = state.layout === undefined ? width >= sideBySideFrom : state.layout === 'sides';
    return sides ? sideBySideLines(parts, width) : unifiedLines(parts);
  };
}

function notesOf(base: Base | undefined, { fields }: DiffState, now: number): string[] {
  if (!base || fields === undefined) return [];
  const against =
    base.kind === 'version'
      ? say('against {time}, {age} ago', { time: timeOf(base.version.at), age: agoOf(base.version.at, now) })
      : say('against {what}', { what: labelOf(base, now).label });
  return [against, fields === 1 ? say('1 field') : say('{count} fields', { count: fields })];
}
