import { type Container, containersWhere, type Handler, type PodCheck, type PodView } from './pod-view.ts';
import { containersText, plural, quoted, settersText, type Violation } from './words.ts';

const APP_ARMOR = 'container.apparmor.security.beta.kubernetes.io/';
const DEFAULT_CAPABILITIES = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);

/** Safe sysctls, with the minor version since which they are. */
const SYSCTLS: Readonly<Record<string, number>> = {
  'kernel.shm_rmid_forced': 0,
  'net.ipv4.ip_local_port_range': 0,
  'net.ipv4.tcp_syncookies': 0,
  'net.ipv4.ping_group_range': 0,
  'net.ipv4.ip_unprivileged_port_start': 0,
  'net.ipv4.ip_local_reserved_ports': 27,
  'net.ipv4.tcp_keepalive_time': 29,
  'net.ipv4.tcp_fin_timeout': 29,
  'net.ipv4.tcp_keepalive_intvl': 29,
  'net.ipv4.tcp_keepalive_probes': 29,
  'net.ipv4.tcp_rmem': 32,
  'net.ipv4.tcp_wmem': 32,
};

const SELINUX_TYPES: Readonly<Record<string, number>> = {
  '': 0,
  container_t: 0,
  container_init_t: 0,
  container_kvm_t: 0,
  container_engine_t: 31,
};

/** Whether a table of what is safe, since which minor version, has it by then. */
const isAllowed = (table: Readonly<Record<string, number>>, name: string, minor: number): boolean =>
  Object.hasOwn(table, name) && minor >= table[name]!;

const sorted = (values: Iterable<string>): string[] => [...new Set(values)].sort();

function appArmor(pod: PodView): Violation | undefined {
  const bad = (type: string | undefined) => type !== undefined && type !== 'RuntimeDefault' && type !== 'Localhost';
  const podIsBad = bad(pod.security.appArmorProfile?.type);
  const containers = containersWhere(pod, ({ appArmorProfile }) => bad(appArmorProfile?.type));
  const annotations = Object.entries(pod.annotations).filter(
    ([name, value]) =>
      name.startsWith(APP_ARMOR) && value !== '' && value !== 'runtime/default' && !value.startsWith('localhost/'),
  );
  const setters = settersText(podIsBad, containers);
  if (!setters && annotations.length === 0) return undefined;
  const types = sorted(
    [pod.security, ...pod.containers.map(({ securityContext }) => securityContext ?? {})]
      .map(({ appArmorProfile }) => appArmorProfile?.type)
      .filter((type) => bad(type)) as string[],
  );
  const details = [
    ...(setters ? [`${setters} must not set AppArmor profile type to ${quoted(types)}`] : []),
    ...annotations.map(([name, value]) => `${name}=${JSON.stringify(value)}`).sort(),
  ];
  const count = types.length + annotations.length;
  return {
    reason: plural(count, 'forbidden AppArmor profile', 'forbidden AppArmor profiles'),
    detail: details.join(', '),
  };
}

function capabilities(pod: PodView): Violation | undefined {
  const forbidden = (add: readonly string[] = []) => add.filter((name) => !DEFAULT_CAPABILITIES.has(name));
  const containers = containersWhere(pod, ({ capabilities: set }) => forbidden(set?.add).length > 0);
  if (containers.length === 0) return undefined;
  const names = sorted(pod.containers.flatMap(({ securityContext }) => forbidden(securityContext?.capabilities?.add)));
  return {
    reason: 'non-default capabilities',
    detail: `${containersText(containers)} must not include ${quoted(names)} in securityContext.capabilities.add`,
  };
}

function hostNamespaces({ hostNetwork, hostPID, hostIPC }: PodView): Violation | undefined {
  const shared = Object.entries({ hostNetwork, hostPID, hostIPC }).filter(([, value]) => value);
  if (shared.length === 0) return undefined;
  return { reason: 'host namespaces', detail: shared.map(([name]) => `${name}=true`).join(', ') };
}

function hostPathVolumes({ volumes }: PodView): Violation | undefined {
  const bad = volumes.filter(({ hostPath }) => hostPath !== undefined).map(({ name }) => name);
  if (bad.length === 0) return undefined;
  return { reason: 'hostPath volumes', detail: `${plural(bad.length, 'volume', 'volumes')} ${quoted(bad)}` };
}

function hostPorts(pod: PodView): Violation | undefined {
  const portsOf = ({ ports = [] }: Container) => ports.flatMap(({ hostPort }) => (hostPort ? [String(hostPort)] : []));
  const containers = containersWhere(pod, (_context, container) => portsOf(container).length > 0);
  if (containers.length === 0) return undefined;
  const ports = sorted(pod.containers.flatMap(portsOf));
  const use = plural(containers.length, 'uses', 'use');
  return {
    reason: 'hostPort',
    detail: `${containersText(containers)} ${use} ${plural(ports.length, 'hostPort', 'hostPorts')} ${ports.join(', ')}`,
  };
}

function hostProbes(pod: PodView): Violation | undefined {
  const hostsOf = ({ livenessProbe, readinessProbe, startupProbe, lifecycle }: Container): string[] =>
    ([livenessProbe, readinessProbe, startupProbe, lifecycle?.postStart, lifecycle?.preStop] as (Handler | undefined)[])
      .flatMap((handler) => [handler?.httpGet?.host, handler?.tcpSocket?.host])
      .filter((host): host is string => Boolean(host));
  const containers = containersWhere(pod, (_context, container) => hostsOf(container).length > 0);
  if (containers.length === 0) return undefined;
  const hosts = sorted(pod.containers.flatMap(hostsOf));
  const what = plural(hosts.length, 'probe or lifecycle host', 'probe or lifecycle hosts');
  return {
    reason: 'probe or lifecycle host',
    detail: `${containersText(containers)} ${plural(containers.length, 'uses', 'use')} ${what} ${quoted(hosts)}`,
  };
}

function privileged(pod: PodView): Violation | undefined {
  const containers = containersWhere(pod, (context) => context.privileged === true);
  if (containers.length === 0) return undefined;
  return {
    reason: 'privileged',
    detail: `${containersText(containers)} must not set securityContext.privileged=true`,
  };
}

function procMount(pod: PodView): Violation | undefined {
  const bad = (type: string | undefined) => type !== undefined && type !== 'Default';
  const containers = containersWhere(pod, (context) => bad(context.procMount));
  if (containers.length === 0) return undefined;
  const types = sorted(
    pod.containers.map(({ securityContext }) => securityContext?.procMount ?? 'Default').filter(bad),
  );
  return {
    reason: 'procMount',
    detail: `${containersText(containers)} must not set securityContext.procMount to ${quoted(types)}`,
  };
}

function seccomp(pod: PodView): Violation | undefined {
  const bad = (type: string | undefined) => type !== undefined && type !== 'RuntimeDefault' && type !== 'Localhost';
  const podIsBad = bad(pod.security.seccompProfile?.type);
  const containers = containersWhere(pod, ({ seccompProfile }) => bad(seccompProfile?.type));
  if (!podIsBad && containers.length === 0) return undefined;
  const contexts = [pod.security, ...pod.containers.map(({ securityContext }) => securityContext ?? {})];
  const types = sorted(
    contexts.map(({ seccompProfile }) => seccompProfile?.type ?? '').filter((type) => type && bad(type)),
  );
  return {
    reason: 'seccompProfile',
    detail: `${settersText(podIsBad, containers)} must not set securityContext.seccompProfile.type to ${quoted(types)}`,
  };
}

function seLinux(pod: PodView, minor: number): Violation | undefined {
  const badType = (type = '') => !isAllowed(SELINUX_TYPES, type, minor);
  const bad = (options: { type?: string; user?: string; role?: string } = {}) =>
    badType(options.type) || Boolean(options.user) || Boolean(options.role);
  const podIsBad = bad(pod.security.seLinuxOptions);
  const containers = containersWhere(pod, ({ seLinuxOptions }) => bad(seLinuxOptions));
  if (!podIsBad && containers.length === 0) return undefined;
  const all = [pod.security, ...pod.containers.map(({ securityContext }) => securityContext ?? {})].map(
    ({ seLinuxOptions }) => seLinuxOptions ?? {},
  );
  const types = sorted(all.map(({ type = '' }) => type).filter(badType));
  const data = [
    ...(types.length > 0 ? [`${plural(types.length, 'type', 'types')} ${quoted(types)}`] : []),
    ...(all.some(({ user }) => user) ? ['user may not be set'] : []),
    ...(all.some(({ role }) => role) ? ['role may not be set'] : []),
  ];
  return {
    reason: 'seLinuxOptions',
    detail: `${settersText(podIsBad, containers)} set forbidden securityContext.seLinuxOptions: ${data.join('; ')}`,
  };
}

function sysctls({ security }: PodView, minor: number): Violation | undefined {
  const bad = (security.sysctls ?? []).map(({ name }) => name).filter((name) => !isAllowed(SYSCTLS, name, minor));
  return bad.length > 0 ? { reason: 'forbidden sysctls', detail: bad.join(', ') } : undefined;
}

function hostProcess(pod: PodView): Violation | undefined {
  const podIsBad = pod.security.windowsOptions?.hostProcess === true;
  const containers = containersWhere(pod, ({ windowsOptions }) => windowsOptions?.hostProcess === true);
  if (!podIsBad && containers.length === 0) return undefined;
  return {
    reason: 'hostProcess',
    detail: `${settersText(podIsBad, containers)} must not set securityContext.windowsOptions.hostProcess=true`,
  };
}

/** Pod Security Standards, Baseline, in the order in which violations are listed: by the checks' names upstream. */
export const baselineChecks: readonly PodCheck[] = [
  { id: 'appArmorProfile', since: 0, check: appArmor },
  { id: 'capabilities_baseline', since: 0, check: capabilities },
  { id: 'hostNamespaces', since: 0, check: hostNamespaces },
  { id: 'hostPathVolumes', since: 0, check: hostPathVolumes },
  { id: 'hostPorts', since: 0, check: hostPorts },
  { id: 'hostProbesAndHostLifecycle', since: 34, check: hostProbes },
  { id: 'privileged', since: 0, check: privileged },
  { id: 'procMount', since: 0, check: procMount },
  { id: 'seLinuxOptions', since: 0, check: seLinux },
  { id: 'seccompProfile_baseline', since: 0, check: seccomp },
  { id: 'sysctls', since: 0, check: sysctls },
  { id: 'windowsHostProcess', since: 0, check: hostProcess },
];
