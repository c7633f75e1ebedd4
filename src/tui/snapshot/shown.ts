import type { SourceState } from '../../api/source.ts';
import type { Theme } from '../../theme/theme.ts';
import type { ActionHost } from '../actions/action.ts';
import type { Layout } from '../layout/layout.ts';
import type { RequestBudget } from '../state/budget.ts';
import type { ClusterFacts } from '../state/cluster-facts.ts';
import type { ViewModel } from '../views/view-model.ts';

/** A dashboard, as far as what it shows goes. */
export interface Shown extends ActionHost {
  readonly facts: ClusterFacts;
  readonly budget: RequestBudget;
  getSnapshot(): { theme: Theme; stack: readonly ViewModel[]; columns: number };
  layout(): Layout | undefined;
  connection(): SourceState | undefined;
}
