import type { KubeObject } from '../../../api/meta.ts';
import type { Violation } from './words.ts';

export interface Handler {
  httpGet?: { host?: string };
  tcpSocket?: { host?: string };
}

export interface SecurityContext {
  allowPrivilegeEscalation?: boolean;
  appArmorProfile?: { type?: string };
  capabilities?: { add?: string[]; drop?: string[] };
  privileged?: boolean;
  procMount?: string;
  runAsNonRoot?: boolean;
  runAsUser?: number;
  seLinuxOptions?: { type?: string; user?: string; role?: string };
  seccompProfile?: { type?: string };
  sysctls?: { name: string }[];
  windowsOptions?: { hostProcess?: boolean };
}

export interface Container {
  name: string;
  ports?: { hostPort?: number }[];
  securityContext?: SecurityContext;
  livenessProbe?: Handler;
  readinessProbe?: Handler;
  startupProbe?: Handler;
  lifecycle?: { postStart?: Handler; preStop?: Handler };
}

/** A pod, or a template of one, as the checks look at it. */
export interface PodView {
  annotations: Readonly<Record<string, string>>;
  security: SecurityContext;
  /** Init containers first, then containers, then ephemeral ones, as messages name them. */
  containers: readonly Container[];
  volumes: readonly ({ name: string } & Record<string, unknown>)[];
  hostNetwork: boolean;
  hostPID: boolean;
  hostIPC: boolean;
  isWindows: boolean;
}

/** A pod, or what an object makes pods of. */
export interface Template {
  metadata?: KubeObject['metadata'];
  // biome-ignore lint/suspicious/noExplicitAny: validated before it comes here, and read by name
  spec?: any;
}

export function podView({ metadata, spec = {} }: Template): PodView {
  return {
    annotations: metadata?.annotations ?? {},
    security: spec.securityContext ?? {},
    containers: [...(spec.initContainers ?? []), ...(spec.containers ?? []), ...(spec.ephemeralContainers ?? [])],
    volumes: spec.volumes ?? [],
    hostNetwork: spec.hostNetwork === true,
    hostPID: spec.hostPID === true,
    hostIPC: spec.hostIPC === true,
    isWindows: spec.os?.name === 'windows',
  };
}

/** Names of the containers for whose security context `test` holds. */
export const containersWhere = (
  pod: PodView,
  test: (context: SecurityContext, container: Container) => boolean,
): string[] =>
  pod.containers.filter((container) => test(container.securityContext ?? {}, container)).map(({ name }) => name);

/** One rule of the Pod Security Standards. */
export interface PodCheck {
  id: string;
  /** The minor version of Kubernetes since which the standard asks for it. */
  since: number;
  /** The Baseline check that this one includes. */
  overrides?: string;
  check: (pod: PodView, minor: number) => Violation | undefined;
}
