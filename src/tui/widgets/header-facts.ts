import type { SourceState } from '../../api/source.ts';
import { kctlVersion } from '../../lib/version.ts';
import type { ActionHost } from '../actions/action.ts';
import type { BudgetSnapshot, RequestBudget } from '../state/budget.ts';
import type { ClusterFacts, ClusterFactsSnapshot } from '../state/cluster-facts.ts';

export interface HeaderFacts {
  version: string;
  context: string;
  /** Nothing can be changed: that is said beside the context. */
  readOnly?: boolean;
  cluster: string;
  user: string;
  facts: ClusterFactsSnapshot;
  budget: BudgetSnapshot;
  connection: SourceState | undefined;
  /** The moment that the screen shows, where that is not the present. */
  past?: number | undefined;
  now: number;
  /** All that comes in goes to a file. */
  recording?: boolean;
  /** Namespaces that the keys 1 to 9 go to. */
  favourites?: readonly string[];
  /** Where views look; absent is all namespaces. */
  namespace?: string | undefined;
}

interface Headed extends ActionHost {
  readonly facts: ClusterFacts;
  readonly budget: RequestBudget;
  connection(): SourceState | undefined;
}

/** What the header tells of a dashboard as it is now. */
export function headerFacts(dashboard: Headed): HeaderFacts {
  const { services, userFiles, past, memory, namespace } = dashboard;
  const { cluster, timing, tape } = services;
  return {
    version: kctlVersion,
    context: cluster.contextName,
    readOnly: userFiles.settings.readOnly === true,
    cluster: cluster.clusterName,
    user: cluster.userName,
    facts: dashboard.facts.getSnapshot(),
    budget: dashboard.budget.getSnapshot(),
    connection: dashboard.connection(),
    past: past.at,
    now: timing.now(),
    recording: tape?.recorder !== undefined,
    favourites: memory.known.favourites,
    namespace,
  };
}
