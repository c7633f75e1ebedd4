import { Observable } from '../../store/observable.ts';
import type { InputEvent } from '../term/key.ts';
import {
  type DialogRequest,
  type DialogState,
  type DialogValues,
  dialogInput,
  dialogValues,
  isAnswerable,
  openDialog,
  takesLetters,
} from './dialog.ts';
import { DialogPreview } from './dialog-preview.ts';
import { Done } from './done.ts';
import {
  openPicker,
  type Picked,
  type PickerItem,
  type PickerRequest,
  type PickerState,
  pickerInput,
} from './picker.ts';

/** What lies over the views and takes all keys. */
export type Overlay =
  | { readonly type: 'dialog'; readonly state: DialogState }
  | { readonly type: 'picker'; readonly state: PickerState };

/** Questions to the user, one at a time: the newest one; what it takes the place of counts as cancelled. */
export class Overlays extends Observable<Overlay | undefined> {
  #onEvent: ((event: InputEvent) => void) | undefined;
  #cancel: (() => void) | undefined;
  #preview: DialogPreview | undefined;
  readonly #copy: (text: string) => void;

  /** @param copy puts a text on the clipboard */
  constructor(copy: (text: string) => void = () => undefined) {
    super(undefined);
    this.#copy = copy;
  }

  /** @returns the values of the fields by id; undefined where the user thought better of it */
  ask(request: DialogRequest): Promise<DialogValues | undefined> {
    const answer = this.#open(openDialog(request), dialogInput, (state) => ({ type: 'dialog', state }));
    if (request.preview) {
      this.#preview = new DialogPreview(request.preview, (preview) => this.#changeDialog({ preview }));
      this.#look();
    }
    return answer;
  }

  #changeDialog(change: Partial<DialogState>): void {
    const overlay = this.getSnapshot();
    if (overlay?.type === 'dialog') this.publish({ type: 'dialog', state: { ...overlay.state, ...change } });
  }

  /** Has what would come of the answer looked up, where the answer has changed. */
  #look(): void {
    const overlay = this.getSnapshot();
    if (overlay?.type === 'dialog' && isAnswerable(overlay.state)) this.#preview?.look(dialogValues(overlay.state));
  }

  /** @returns what was chosen; undefined where nothing was */
  pick(request: PickerRequest): Promise<Picked | undefined> {
    let last: PickerItem | undefined;
    return this.#open(openPicker(request), pickerInput, (state) => {
      const item = state.items[state.found[state.at] ?? -1];
      if (item !== last) request.onMove?.(item);
      last = item;
      return { type: 'picker', state };
    });
  }

  #open<State, Answer>(
    first: State,
    input: (state: State, event: InputEvent) => State | Done<Answer>,
    show: (state: State) => Overlay,
  ): Promise<Answer | undefined> {
    const { promise, resolve } = Promise.withResolvers<Answer | undefined>();
    this.cancel();
    this.#cancel = () => resolve(undefined);
    const become = (state: State) => {
      this.#onEvent = (event) => {
        const next = input((this.getSnapshot()?.state as State | undefined) ?? state, event);
        if (!(next instanceof Done)) return become(next);
        this.#close();
        resolve(next.answer);
      };
      this.publish(show(state));
    };
    become(first);
    return promise;
  }

  #close(): void {
    this.#onEvent = undefined;
    this.#cancel = undefined;
    this.#preview?.close();
    this.#preview = undefined;
    this.publish(undefined);
  }

  handle(event: InputEvent): void {
    if (this.#copied(event)) return;
    this.#onEvent?.(event);
    this.#look();
  }

  /** `c`, and where letters are typed Ctrl-Y, puts the command lines of a dialog on the clipboard. */
  #copied(event: InputEvent): boolean {
    const overlay = this.getSnapshot();
    if (overlay?.type !== 'dialog' || overlay.state.commands.length === 0 || event.type !== 'key') return false;
    if (event.id !== 'ctrl-y' && (event.id !== 'c' || takesLetters(overlay.state))) return false;
    this.#copy(overlay.state.commands.join('\n'));
    this.#changeDialog({ note: 'Copied the command.' });
    return true;
  }

  /** A click on a stop of the dialog: the focus goes there, and buttons and choices do what enter does. */
  press(focus: number): void {
    const overlay = this.getSnapshot();
    if (overlay?.type !== 'dialog') return;
    this.publish({ type: 'dialog', state: { ...overlay.state, focus } });
    const field = overlay.state.fields[focus];
    if (!(field && 'edit' in field)) this.handle({ type: 'key', id: 'enter' });
  }

  /** A click on the item at `index` of those found takes it. */
  take(index: number): void {
    const overlay = this.getSnapshot();
    if (overlay?.type !== 'picker' || index >= overlay.state.found.length) return;
    this.publish({ type: 'picker', state: { ...overlay.state, at: index } });
    this.handle({ type: 'key', id: overlay.state.multiple ? 'space' : 'enter' });
  }

  /** Takes the question away, as if it had been cancelled. */
  cancel(): void {
    const cancelled = this.#cancel;
    this.#close();
    cancelled?.();
  }
}
