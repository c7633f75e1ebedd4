import type { ControlRoute } from './call.ts';

/**
 * What can be asked of a running cluster besides the Kubernetes API, by path below `/kctl/v1/`: JSON in, JSON
 * out, authorised as non-resource URLs (which only administrators may use unless a ClusterRole names them). A
 * row answers its path and what follows it (`rest`); of several that fit, the longest path does.
 */
export const controlRoutes: Readonly<Record<string, ControlRoute>> = {
  components: {
    GET: async () => (await import('./components-route.ts')).listComponents,
    POST: async () => (await import('./components-route.ts')).switchComponents,
  },
};
