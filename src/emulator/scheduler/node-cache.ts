export { NodeInfo } from '../../api/scheduling/node-info.ts';
