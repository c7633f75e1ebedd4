import { AsyncLocalStorage } from 'node:async_hooks';
import type { Source } from '../../api/source.ts';
import type { View } from '../views/view.ts';

/** For whom requests are sent. It goes along with everything that `work` begins: timers, repetitions, watches. */
const asker = new AsyncLocalStorage<string>();

export function askedBy<Result>(name: string, work: () => Result): Result {
  return asker.run(name, work);
}

/** The view, the command or the part of the screen that a request at this moment is for; '' where nobody has said. */
export function whoAsks(): string {
  return asker.getStore() ?? '';
}

/** What the budget calls a view: `pods`, `yaml`, `pulses`, `logs`. */
export function askerName(view: View): string {
  if (view.type === 'table') return view.resource.plural;
  if (view.type === 'document') return view.content;
  return view.type === 'page' ? view.page : 'logs';
}

/** A source whose requests are `name`'s. */
export function sourceOf<Item>(name: string, source: Source<Item>): Source<Item> {
  return { start: (sink) => askedBy(name, () => source.start(sink)), stop: () => source.stop() };
}
