import { containersWhere, type PodCheck, type PodView } from './pod-view.ts';
import { containersText, plural, quoted, settersText, type Violation } from './words.ts';

/** Since this minor version the checks know that Windows has none of it. */
const WINDOWS_KNOWN = 25;

const ALLOWED_VOLUMES = new Set([
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
]);

const isExempt = (pod: PodView, minor: number): boolean => pod.isWindows && minor >= WINDOWS_KNOWN;

function privilegeEscalation(pod: PodView, minor: number): Violation | undefined {
  if (isExempt(pod, minor)) return undefined;
  const containers = containersWhere(pod, (context) => context.allowPrivilegeEscalation !== false);
  if (containers.length === 0) return undefined;
  return {
    reason: 'allowPrivilegeEscalation != false',
    detail: `${containersText(containers)} must set securityContext.allowPrivilegeEscalation=false`,
  };
}

function capabilities(pod: PodView, minor: number): Violation | undefined {
  if (isExempt(pod, minor)) return undefined;
  const undropped = containersWhere(pod, ({ capabilities: set }) => !set?.drop?.includes('ALL'));
  const forbidden = (add: readonly string[] = []) => add.filter((name) => name !== 'NET_BIND_SERVICE');
  const adding = containersWhere(pod, ({ capabilities: set }) => forbidden(set?.add).length > 0);
  if (undropped.length === 0 && adding.length === 0) return undefined;
  const names = pod.containers.flatMap(({ securityContext }) => forbidden(securityContext?.capabilities?.add));
  const added = quoted([...new Set(names)].sort());
  const details = [
    ...(undropped.length > 0
      ? [`${containersText(undropped)} must set securityContext.capabilities.drop=["ALL"]`]
      : []),
    ...(adding.length > 0
      ? [`${containersText(adding)} must not include ${added} in securityContext.capabilities.add`]
      : []),
  ];
  return { reason: 'unrestricted capabilities', detail: details.join('; ') };
}

function volumes(pod: PodView): Violation | undefined {
  const typeOf = ({ name: _name, ...source }: PodView['volumes'][number]) => Object.keys(source)[0] ?? 'unknown';
  const bad = pod.volumes.filter((volume) => !ALLOWED_VOLUMES.has(typeOf(volume)));
  if (bad.length === 0) return undefined;
  const types = [...new Set(bad.map(typeOf))].sort();
  const named = `${plural(bad.length, 'volume', 'volumes')} ${quoted(bad.map(({ name }) => name))}`;
  const used = `${plural(types.length, 'restricted volume type', 'restricted volume types')} ${quoted(types)}`;
  return { reason: 'restricted volume types', detail: `${named} ${plural(bad.length, 'uses', 'use')} ${used}` };
}

function runAsNonRoot(pod: PodView): Violation | undefined {
  const reason = 'runAsNonRoot != true';
  const podIsBad = pod.security.runAsNonRoot === false;
  const explicit = containersWhere(pod, (context) => context.runAsNonRoot === false);
  const setters = settersText(podIsBad, explicit);
  if (setters) return { reason, detail: `${setters} must not set securityContext.runAsNonRoot=false` };
  if (pod.security.runAsNonRoot === true) return undefined;
  const silent = containersWhere(pod, (context) => context.runAsNonRoot === undefined);
  if (silent.length === 0) return undefined;
  return { reason, detail: `pod or ${containersText(silent)} must set securityContext.runAsNonRoot=true` };
}

function runAsUser(pod: PodView): Violation | undefined {
  const setters = settersText(
    pod.security.runAsUser === 0,
    containersWhere(pod, (context) => context.runAsUser === 0),
  );
  return setters ? { reason: 'runAsUser=0', detail: `${setters} must not set runAsUser=0` } : undefined;
}

function seccomp(pod: PodView, minor: number): Violation | undefined {
  if (isExempt(pod, minor)) return undefined;
  const reason = 'seccompProfile';
  const good = (type: string | undefined) => type === 'RuntimeDefault' || type === 'Localhost';
  const podType = pod.security.seccompProfile?.type;
  const bad = (type: string | undefined) => type !== undefined && !good(type);
  const explicit = containersWhere(pod, ({ seccompProfile }) => bad(seccompProfile?.type));
  const setters = settersText(bad(podType), explicit);
  if (setters) {
    const contexts = [pod.security, ...pod.containers.map(({ securityContext }) => securityContext ?? {})];
    const types = contexts.map(({ seccompProfile }) => seccompProfile?.type).filter((type) => bad(type)) as string[];
    const shown = quoted([...new Set(types)].sort());
    return { reason, detail: `${setters} must not set securityContext.seccompProfile.type to ${shown}` };
  }
  if (good(podType)) return undefined;
  const silent = containersWhere(pod, ({ seccompProfile }) => seccompProfile?.type === undefined);
  if (silent.length === 0) return undefined;
  return {
    reason,
    detail: `pod or ${containersText(silent)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`,
  };
}

/** Pod Security Standards, Restricted: what it asks beyond Baseline, or instead of a check of it. */
export const restrictedChecks: readonly PodCheck[] = [
  { id: 'allowPrivilegeEscalation', since: 8, check: privilegeEscalation },
  { id: 'capabilities_restricted', since: 22, overrides: 'capabilities_baseline', check: capabilities },
  { id: 'restrictedVolumes', since: 0, overrides: 'hostPathVolumes', check: volumes },
  { id: 'runAsNonRoot', since: 0, check: runAsNonRoot },
  { id: 'runAsUser', since: 23, check: runAsUser },
  { id: 'seccompProfile_restricted', since: 19, overrides: 'seccompProfile_baseline', check: seccomp },
];
