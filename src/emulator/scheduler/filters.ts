import type { KubeObject } from '../../api/meta.ts';
import { matchesNode } from '../../api/scheduling/node-affinity.ts';
import { FORBIDDING, untolerated } from '../../api/scheduling/taints.ts';
import type { Fields } from '../runtime/fields.ts';

/** Does a DaemonSet want a pod on this node? `spec` is the template's, without the affinity to a single node. */
export function fitsDaemon(pod: KubeObject, spec: Fields, node: KubeObject): boolean {
  if (spec['nodeName'] && spec['nodeName'] !== node.metadata.name) return false;
  return !untolerated(node['spec']?.taints, pod['spec'].tolerations, FORBIDDING) && matchesNode(spec, node);
}
