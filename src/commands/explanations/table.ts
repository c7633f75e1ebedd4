import type { ApiStatus } from '../../api/status.ts';
import type { Explanation } from './explanation.ts';

const is = (code: number, words?: RegExp) => (_error: unknown, status: ApiStatus | undefined) =>
  status?.code === code && (words?.test(status.message ?? '') ?? true);

/** What can be explained; the first that matches does it. */
export const explanations: readonly Explanation[] = [
  {
    about: 'no access: which role would give it',
    matches: is(403, / ?forbidden: User ".*" cannot \S+ (?:resource|path) "/s),
    load: async () => (await import('./forbidden.ts')).explainForbidden,
  },
  {
    about: 'a quota that is used up',
    matches: is(403, /exceeded quota: |failed quota: /),
    load: async () => (await import('./quota.ts')).explainQuota,
  },
  {
    about: 'pod security of a namespace',
    matches: is(403, /violates PodSecurity "/),
    load: async () => (await import('./admission.ts')).explainPodSecurity,
  },
  {
    about: 'roles that give more than one has',
    matches: is(403, /is attempting to grant RBAC permissions not currently held/),
    load: async () => (await import('./admission.ts')).explainEscalation,
  },
  {
    about: 'a namespace that is going',
    matches: is(403, /because it is being terminated/),
    load: async () => (await import('./admission.ts')).explainTerminating,
  },
  {
    about: 'a webhook that refuses, or does not answer',
    matches: (_error, status) => /admission webhook "|failed calling webhook "/.test(status?.message ?? ''),
    load: async () => (await import('./webhook.ts')).explainWebhook,
  },
  {
    about: 'an admission policy that refuses',
    matches: (_error, status) => /ValidatingAdmissionPolicy '/.test(status?.message ?? ''),
    load: async () => (await import('./admission.ts')).explainPolicy,
  },
  {
    about: 'credentials that the server does not accept',
    matches: is(401),
    load: async () => (await import('./unauthorized.ts')).explainUnauthorized,
  },
  {
    about: 'an object that is not there',
    matches: ({ code, message }, status) =>
      (status?.code === 404 && status.reason === 'NotFound' && Boolean(status.details?.name)) ||
      (code !== 'internal' && /^(?:no objects passed to \w+ )?[a-z0-9.-]+ "[^"]+" not found$/.test(message)),
    load: async () => (await import('./not-found.ts')).explainNotFound,
  },
  {
    about: 'a type or version that is not served',
    matches: (error, status) =>
      (status?.code === 404 && !status.details?.name) || /^(?:.*: )?no matches for kind "/s.test(error.message),
    load: async () => (await import('./not-served.ts')).explainNotServed,
  },
  {
    about: 'an object that somebody else changed meanwhile',
    matches: is(409, /the object has been modified/),
    load: async () => (await import('./conflict.ts')).explainConflict,
  },
  {
    about: 'an object that is there already',
    matches: (_error, status) => status?.code === 409 && status.reason === 'AlreadyExists',
    load: async () => (await import('./conflict.ts')).explainExists,
  },
  {
    about: 'fields that the server does not accept',
    matches: is(422),
    load: async () => (await import('./invalid.ts')).explainInvalid,
  },
  {
    about: 'a disruption budget that holds a pod',
    matches: is(429, /disruption budget/),
    load: async () => (await import('./admission.ts')).explainBudget,
  },
  {
    about: 'a container that does not run: the chain of causes',
    matches: (error, _status, commandPath) => waiting(error.message, commandPath),
    load: async () => (await import('./not-running.ts')).explainNotRunning,
  },
  {
    about: 'a server that is not reached',
    matches: ({ code, message }) =>
      code === 'connection' && /^(?:The connection to the server|Unable to connect to the server)/.test(message),
    load: async () => (await import('./unreachable.ts')).explainUnreachable,
  },
];

/** By what the verbs say of pods that do not come up. */
function waiting(message: string, commandPath: string): boolean {
  if (/is waiting to start: |container not found \("|unable to upgrade connection: pod does not exist/.test(message))
    return true;
  const waits = commandPath === 'wait' || commandPath === 'rollout status' || commandPath === 'run';
  return waits && /timed out waiting for the condition|exceeded its progress deadline/.test(message);
}
