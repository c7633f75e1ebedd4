import type { SourceState } from '../../../api/source.ts';
import { Observable } from '../../../store/observable.ts';
import type { Theme } from '../../../theme/theme.ts';
import type { ActionHost } from '../../actions/action.ts';
import type { ObjectRef, PageView } from '../view.ts';
import type { Move, ViewModel, ViewTitle } from '../view-model.ts';

/** A screen of the dashboard's own making: what all of them share. */
export abstract class PageModel extends Observable<number> implements ViewModel {
  readonly view: PageView;
  #filter = '';

  constructor(view: PageView) {
    super(0);
    this.view = view;
  }

  /** Says that `lines` or `title` may answer differently now. */
  protected bump(): void {
    this.publish(this.getSnapshot() + 1);
  }

  abstract title(): ViewTitle;
  abstract lines(width: number, height: number, theme: Theme): readonly string[];
  abstract move(move: Move, steps?: number): void;
  abstract close(): void;
  abstract refresh(): void;
  /** What enter does. */
  abstract enter(host: ActionHost): void | Promise<void>;

  connection(): SourceState | undefined {
    return undefined;
  }

  target(): ObjectRef | undefined {
    return undefined;
  }

  filter(): string {
    return this.#filter;
  }

  setFilter(text: string): void {
    if (text === this.#filter) return;
    this.#filter = text;
    this.filtered();
    this.bump();
  }

  /** The filter is another one now. */
  protected filtered(): void {}
}
