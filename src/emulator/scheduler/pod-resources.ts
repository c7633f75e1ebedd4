export { requestsOf } from '../../api/scheduling/pod-resources.ts';
