import { isSecret } from '../../../../api/changes/kept-object.ts';
import type { DashboardServices } from '../../../services.ts';
import { say } from '../../../words/say.ts';
import { DocumentModel } from '../../document-model.ts';
import type { LiveText } from '../../live-loader.ts';
import { refText } from '../../ref-text.ts';
import type { ObjectRef } from '../../view.ts';
import { LiveObject } from '../live-object.ts';
import { sideBySideFrom } from '../text-diff.ts';
import { yamlToggles } from '../yaml-text.ts';
import type { EditDraft } from './edit-draft.ts';
import { reviewLines } from './review-lines.ts';

/** Follows the object that is edited, and what becomes of the edit. */
function liveDraft(draft: EditDraft, live: LiveObject): LiveText {
  const meet = () => {
    const { goneAt, versions } = live.history.getSnapshot();
    const latest = versions.at(-1);
    if (goneAt !== undefined) draft.deleted();
    else if (latest && isLater(latest.object, draft.getSnapshot().base)) draft.meet(latest.object);
  };
  return {
    timing: live.timing,
    // What the server answers is waited for.
    quietMs: 20,
    follow(onChange, onState) {
      const stops = [draft.subscribe(() => onChange()), live.follow(meet, onState)];
      return () => {
        for (const stop of stops) stop();
      };
    },
    connection: () => live.connection(),
    refresh: () => live.refresh(),
  };
}

type Versioned = { metadata: { resourceVersion?: string; uid?: string } };

/** A watch may lag behind what was read; versions can be compared (KEP-5504), and one that is no number is believed. */
function isLater({ metadata: now }: Versioned, { metadata: known }: Versioned): boolean {
  const [a, b] = [Number(now.resourceVersion), Number(known.resourceVersion)];
  return now.uid !== known.uid || Number.isNaN(a) || Number.isNaN(b) || a > b;
}

/** An edit before it is saved: what is there beside what was typed, whose fields they are, and what the server says. */
export class EditReview extends DocumentModel {
  readonly draft: EditDraft;
  readonly #look: { layout: 'unified' | 'sides' | undefined };
  readonly #onClose: () => void;
  /** What was typed is on the server, in a file, or thrown away on purpose. */
  #isSettled = false;

  /** @param onClose called where the view is left while what was typed is nowhere else */
  constructor(services: DashboardServices, ref: ObjectRef, draft: EditDraft, onClose: () => void) {
    const look: { layout: 'unified' | 'sides' | undefined } = { layout: undefined };
    super({
      view: { type: 'document', content: 'edit', of: refText(ref) },
      target: ref,
      toggles: isSecret(draft.getSnapshot().base) ? { [yamlToggles.decoded]: false } : {},
      async load(toggles) {
        const snapshot = draft.getSnapshot();
        const { changes } = draft;
        const decoded = toggles[yamlToggles.decoded] ?? false;
        return (width) => {
          const sides = look.layout === undefined ? width >= sideBySideFrom : look.layout === 'sides';
          return reviewLines(snapshot, changes, { width, sides, decoded });
        };
      },
      live: liveDraft(draft, new LiveObject(services, ref)),
      notes: () => notesOf(draft),
    });
    this.draft = draft;
    this.#look = look;
    this.#onClose = onClose;
  }

  /** It cannot be made to stand still: what would be saved is what is shown. */
  override get isLive(): boolean | undefined {
    return undefined;
  }

  /** One below the other in place of beside each other, or the other way round. */
  toggleLayout(): void {
    const { layout } = this.#look;
    const sides = layout === undefined ? this.width >= sideBySideFrom : layout === 'sides';
    this.#look.layout = sides ? 'unified' : 'sides';
    this.refresh();
  }

  /** Nothing is lost when the view is left now. */
  settle(isSettled = true): void {
    this.#isSettled = isSettled;
  }

  override close(): void {
    super.close();
    this.draft.close();
    if (!this.#isSettled) this.#onClose();
    this.#isSettled = true;
  }
}

function notesOf(draft: EditDraft): string[] {
  const { conflicts, lost } = draft.getSnapshot();
  const count = draft.changes.length;
  return [
    count === 1 ? say('1 field') : say('{count} fields', { count }),
    ...(conflicts.length > 0 ? [say('in conflict')] : []),
    ...(lost ? [say('cannot be saved')] : []),
    say('not saved'),
  ];
}
