import type { ImageFacts } from '../api/image-facts.ts';
import type { KubeObject, TableRow } from '../api/meta.ts';
import type { ResourceInfo } from '../api/resource.ts';
import type { RowShape } from '../api/row-shape.ts';
import type { Source } from '../api/source.ts';
import type { Cluster } from '../kube/cluster.ts';
import type { OpenLog } from '../store/logs/log-source.ts';
import type { Timing } from '../store/timing.ts';
import type { Tape } from './replay/tape.ts';
import type { ForwardServices } from './state/forwards.ts';
import type { ObjectRef, ViewScope } from './views/view.ts';

/** One context of the kubeconfig. */
interface ContextChoice {
  name: string;
  cluster: string;
  user: string;
  namespace: string;
}

/** What a command line printed, and how it ended: 0 is well. */
export interface CommandResult {
  code: number;
  stdout: string;
  stderr: string;
}

/**
 * Everything that the dashboard does through the network, so that views and actions work in tests
 * without one. Methods reject with KctlError or ApiStatusError.
 */
export interface DashboardServices {
  readonly cluster: Cluster;
  /** Where all of it can be recorded; undefined in a replay. */
  readonly tape?: Tape;
  /** Port-forwards; undefined in a replay. */
  readonly forwards?: ForwardServices;
  /** Present in a replay: nothing is asked of anybody then, registries neither. */
  readonly isReplay?: true;
  readonly timing: Timing;
  readonly env: Record<string, string | undefined>;
  /** Where the dashboard keeps what it knows of this context; undefined: nowhere. */
  readonly memoryFile: string | undefined;
  /**
   * Runs a command line of kctl (`['scale', 'deploy/web', '--replicas=3']`) in this context, as if it had
   * been typed in a shell whose output goes to a pipe. What it changes goes through the same journal and
   * guards. Never rejects: a failure is its code, with the reason in `stderr`.
   */
  run(
    argv: readonly string[],
    options?: {
      stdin?: string;
      signal?: AbortSignal;
      /** What was looked at: where one of them is deleted, it has to be that very object still. */
      targets?: readonly ObjectRef[];
    },
  ): Promise<CommandResult>;
  /**
   * The same on the terminal itself, which has to be lent for it; `pause` lets the user read what it printed
   * before the screen is back. @returns the exit code, and what was written to the error stream
   */
  runOnTerminal(
    argv: readonly string[],
    options?: { pause?: boolean },
  ): Promise<Pick<CommandResult, 'code' | 'stderr'>>;
  /** @param shape what is kept of each row; default: the row as the server sends it */
  tableSource(resource: ResourceInfo, scope: ViewScope, shape?: RowShape): Source<TableRow>;
  objectSource(resource: ResourceInfo, scope: ViewScope): Source<KubeObject>;
  get(resource: ResourceInfo, namespace: string | undefined, name: string): Promise<KubeObject>;
  list(resource: ResourceInfo, scope: ViewScope): Promise<KubeObject[]>;
  /**
   * @param past how the object was at a moment (ms since 1970): it is described as it was, with the events until then;
   * what it refers to is as it is now
   */
  describe(ref: ObjectRef, past?: { object: KubeObject; at: number }): Promise<string>;
  /** Every line is led by its RFC 3339 time and a space. */
  logs: OpenLog;
  /** Undefined where nobody knows the image's layers. */
  imageFacts(reference: string): Promise<ImageFacts | undefined>;
  contexts(): Promise<{ current: string; contexts: ContextChoice[] }>;
  /** The same services for another context. */
  openContext(name: string): Promise<DashboardServices>;
}
