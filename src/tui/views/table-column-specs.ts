import type { UserFiles } from '../../settings/read-user-files.ts';
import { Observable } from '../../store/observable.ts';
import type { DashboardServices } from '../services.ts';
import { budgetOf } from '../state/budget.ts';
import { keepSettings } from '../state/usuals.ts';
import { type ViewSpecs, viewSpecs, type WrittenView } from './table-specs.ts';

type Views = Readonly<Record<string, WrittenView>>;

/** The columns that a user's `views.yaml` asks for in one context; open tables follow it. */
class ColumnSpecs extends Observable<ViewSpecs> {
  #views: Views | undefined;

  /**
   * Has tables look as `views` says from now on.
   * @returns what of it cannot be used
   */
  use(views: Views): string[] {
    const problems: string[] = [];
    if (views === this.#views) return problems;
    this.#views = views;
    this.publish(viewSpecs(views, (problem) => problems.push(problem)));
    return problems;
  }
}

const byServices = new WeakMap<DashboardServices, ColumnSpecs>();

/** One for all tables of a cluster. */
export function columnSpecs(services: DashboardServices): ColumnSpecs {
  const known = byServices.get(services);
  if (known) return known;
  const fresh = new ColumnSpecs(new Map());
  byServices.set(services, fresh);
  return fresh;
}

/**
 * Has the tables of each context look as its `views.yaml` says, and the API budget hold that is set for it.
 * @returns what of it cannot be used, a message each
 */
export function followFiles(
  sessions: Iterable<{ context: string; services: DashboardServices }>,
  filesOf: (context: string) => Pick<UserFiles, 'views' | 'settings'>,
): string[] {
  return [...sessions].flatMap(({ context, services }) => {
    const { views, settings } = filesOf(context);
    budgetOf(services).limit(settings.budget);
    keepSettings(services, settings);
    return columnSpecs(services).use(views);
  });
}
