import type { KubeObject } from '../meta.ts';
import type { ClusterState } from './cluster-state.ts';
import type { Delta, NodeInfo } from './node-info.ts';
import type { Rejection } from './rejection.ts';
import type { ObjectSource } from './source.ts';

/** Asks one node; `delta` are pods that `info` has or lacks against what the cluster state says. */
export type Check = (info: NodeInfo, delta?: Delta) => Rejection | undefined;

/** What a plugin finds before any node is looked at. */
export interface Prepared {
  /** Absent where the plugin has nothing to do with the pod. */
  check?: Check;
  /** No node will do, whatever they are. */
  refusal?: Rejection;
  /** Only these nodes are worth a look. */
  only?: ReadonlySet<string>;
}

/** Facts that one pod's plugins share. */
interface Asked {
  pod: KubeObject;
  state: ClusterState;
  source: ObjectSource;
}

/** A filter plugin of the default profile; undefined where it has nothing to do with the pod. */
export interface FilterPlugin {
  name: string;
  prepare(asked: Asked): Prepared | undefined;
}
