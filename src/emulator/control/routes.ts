import type { ControlRoute } from './call.ts';

const clock = () => import('./clock-routes.ts');

/**
 * What can be asked of a running cluster besides the Kubernetes API, by path below `/kctl/v1/`: JSON in, JSON
 * out, authorised as non-resource URLs (which only administrators may use unless a ClusterRole names them). A
 * row answers its path and what follows it (`rest`); of several that fit, the longest path does.
 */
export const controlRoutes: Readonly<Record<string, ControlRoute>> = {
  clock: { GET: async () => (await clock()).showClock },
  'clock/pause': { POST: async () => (await clock()).pauseClock },
  'clock/resume': { POST: async () => (await clock()).resumeClock },
  'clock/speed': { POST: async () => (await clock()).setClockSpeed },
  'clock/step': { POST: async () => (await clock()).stepClock },
  'clock/jump': { POST: async () => (await clock()).jumpClock },
  faults: {
    GET: async () => (await import('./faults-route.ts')).listFaults,
    POST: async () => (await import('./faults-route.ts')).addFault,
    DELETE: async () => (await import('./faults-route.ts')).removeFaults,
  },
  'snapshots/save': { POST: async () => (await import('./snapshots-route.ts')).saveSnapshot },
  'snapshots/restore': { POST: async () => (await import('./snapshots-route.ts')).restoreSnapshot },
  load: {
    GET: async () => (await import('./load-route.ts')).listLoad,
    POST: async () => (await import('./load-route.ts')).setLoad,
  },
  nodes: {
    GET: async () => (await import('./nodes-route.ts')).listNodes,
    POST: async () => (await import('./nodes-route.ts')).postNodes,
  },
  components: {
    GET: async () => (await import('./components-route.ts')).listComponents,
    POST: async () => (await import('./components-route.ts')).switchComponents,
  },
};
