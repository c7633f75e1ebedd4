export { matchesNode } from '../../api/scheduling/node-affinity.ts';
export { type Taint, type Toleration, tolerates, untolerated } from '../../api/scheduling/taints.ts';
