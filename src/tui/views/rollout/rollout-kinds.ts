export const rolloutKinds: readonly string[] = ['deployments.apps', 'statefulsets.apps', 'daemonsets.apps'];
