import { Observable } from '../../store/observable.ts';
import type { Timing } from '../../store/timing.ts';
import { TableModel } from '../views/table-model.ts';
import type { ViewModel } from '../views/view-model.ts';
import { say } from '../words/say.ts';
import { clockText } from './moments.ts';
import { viewsOf, type Workspace } from './workspace.ts';

/** What the past of a dashboard is read from. */
interface PastViews {
  subscribe(listener: () => void): () => void;
  readonly workspace: Workspace;
  readonly services: { readonly timing: Timing };
}

/**
 * The moment that the whole screen shows; undefined is the present. Every table keeps what changed in it (bounded), so
 * that all of them can be put back to one moment, and forward again. What is watched goes on being watched.
 */
export class TimeTravel extends Observable<number | undefined> {
  readonly #views: PastViews;
  /** Where views that are no tables have been put; those that have never been are in the present. */
  readonly #told = new WeakMap<ViewModel, number | undefined>();
  readonly #stop: () => void;

  constructor(views: PastViews) {
    super(undefined);
    this.#views = views;
    this.#stop = views.subscribe(() => this.#follow());
  }

  /** ms since 1970; undefined while the present is shown. */
  get at(): number | undefined {
    return this.getSnapshot();
  }

  #tables(): TableModel[] {
    return viewsOf(this.#views.workspace).filter((model) => model instanceof TableModel);
  }

  /** Shows everything as it was at `at`; undefined goes back to the present. What comes later than now is now. */
  go(at: number | undefined): void {
    const goal = at !== undefined && at >= this.#views.services.timing.now() ? undefined : at;
    this.publish(goal);
    this.#follow();
  }

  /** Puts views that were opened meanwhile where the others are. */
  #follow(): void {
    const { at } = this;
    for (const model of viewsOf(this.#views.workspace)) {
      if (model instanceof TableModel) {
        if (model.store.getSnapshot().past !== at) model.store.travel(at);
      } else if (this.#told.get(model) !== at) {
        this.#told.set(model, at);
        model.travel?.(at);
      }
    }
  }

  /**
   * One change back or forth, whichever table it was in.
   * @returns why not, where there is none; undefined where it has gone
   */
  step(by: 1 | -1): string | undefined {
    const { at } = this;
    const histories = this.#tables().map((model) => model.store.history);
    if (by < 0) {
      const moments = histories.map((history) => history.momentBefore(at)).filter((one) => one !== undefined);
      if (moments.length === 0) return say('Nothing earlier is known: tables are kept from when they were opened.');
      this.go(Math.max(...moments));
      return undefined;
    }
    if (at === undefined) return say('This is the present.');
    const moments = histories.map((history) => history.momentAfter(at)).filter((one) => one !== undefined);
    this.go(moments.length === 0 ? undefined : Math.min(...moments));
    return undefined;
  }

  /** What the title of a view says while the past is shown. */
  notes(model: ViewModel): string[] {
    const { at } = this;
    if (at === undefined) return [];
    if (!(model instanceof TableModel)) {
      return model.travel ? [say('as of {time}', { time: clockText(at) })] : [say('not of the past')];
    }
    const { since, ahead } = model.store.history;
    const time = clockText(Math.max(at, since));
    return [
      at < since ? say('known only since {time}', { time }) : say('as of {time}', { time }),
      ...(ahead > 0 ? [say('{count} changes since', { count: ahead })] : []),
    ];
  }

  close(): void {
    this.#stop();
  }
}
