import type { KubeObject } from '../../api/meta.ts';
import { KctlError } from '../../lib/errors.ts';

/** How something is looked into: a container joins its pod, a copy of the pod is made, or a pod of a node. */
export type DebugStyle = 'ephemeral' | 'copy' | 'node';

/** What a copy keeps of its pod. */
export interface Keeping {
  labels: boolean;
  annotations: boolean;
  liveness: boolean;
  readiness: boolean;
  startup: boolean;
  initContainers: boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: containers of pods are JSON here, with fields that no type of ours knows
type Container = Record<string, any>;

interface Subject {
  pod: KubeObject;
  /** The container that looks. */
  name: string;
  keeping: Keeping;
}

type Step = (subject: Subject) => void;

/** The first container of that name: kubectl looks at init containers first, then at the others. */
function containerOf({ pod, name }: Subject): Container | undefined {
  const { initContainers = [], containers = [], ephemeralContainers = [] } = pod.spec ?? {};
  return [...initContainers, ...containers, ...ephemeralContainers].find((each: Container) => each.name === name);
}

/** A step on the container's security context, which is made where there is none. */
const secured =
  (change: (context: Container) => void): Step =>
  (subject) => {
    const container = containerOf(subject);
    if (!container) return;
    container.securityContext ??= {};
    change(container.securityContext);
  };

const capable = (...added: string[]): Step =>
  secured((context) => {
    context.capabilities ??= {};
    context.capabilities.add = [...(context.capabilities.add ?? []), ...added];
  });

const plain: Step = (subject) => {
  delete containerOf(subject)?.securityContext;
};
const privileged = secured((context) => {
  context.privileged = true;
});
const asUser = secured((context) => {
  context.runAsNonRoot = true;
});
const incapable = secured((context) => {
  const { add: _, ...rest } = context.capabilities ?? {};
  context.capabilities = { ...rest, drop: ['ALL'] };
});
const contained = secured((context) => {
  context.allowPrivilegeEscalation = false;
});
const filtered = secured((context) => {
  context.seccompProfile = { type: 'RuntimeDefault' };
});

const hostNamespaces: Step = ({ pod }) => {
  Object.assign(pod.spec, { hostNetwork: true, hostPID: true, hostIPC: true });
};

const hostFiles: Step = ({ pod, name }) => {
  pod.spec.volumes = [...(pod.spec.volumes ?? []), { name: 'host-root', hostPath: { path: '/' } }];
  const container = pod.spec.containers.find((each: Container) => each.name === name);
  if (container)
    container.volumeMounts = [...(container.volumeMounts ?? []), { name: 'host-root', mountPath: '/host' }];
};

const sharedProcesses: Step = ({ pod }) => {
  pod.spec.shareProcessNamespace ??= true;
};

const withoutLabels: Step = ({ pod }) => {
  delete pod.metadata.labels;
};

/** What a copy does not take over unless it is asked for. */
const stripped: Step = ({ pod, keeping }) => {
  if (!keeping.labels) delete pod.metadata.labels;
  if (!keeping.annotations) delete pod.metadata.annotations;
  if (!keeping.initContainers) delete pod.spec.initContainers;
  for (const container of pod.spec.containers ?? []) {
    if (!keeping.liveness) delete container.livenessProbe;
    if (!keeping.readiness) delete container.readinessProbe;
    if (!keeping.startup) delete container.startupProbe;
  }
};

const restricted = [plain, asUser, incapable, contained, filtered];

/** What each profile does, by style (kubectl 1.32, `--profile`). */
const profiles: Readonly<Record<string, Readonly<Record<DebugStyle, readonly Step[]>>>> = {
  legacy: { ephemeral: [], copy: [withoutLabels], node: [hostFiles, hostNamespaces] },
  general: {
    ephemeral: [capable('SYS_PTRACE')],
    copy: [stripped, capable('SYS_PTRACE'), sharedProcesses],
    node: [hostFiles, plain, hostNamespaces],
  },
  baseline: { ephemeral: [plain], copy: [plain, stripped, sharedProcesses], node: [plain] },
  restricted: { ephemeral: restricted, copy: [...restricted, stripped, sharedProcesses], node: restricted },
  netadmin: {
    ephemeral: [capable('NET_ADMIN', 'NET_RAW')],
    copy: [capable('NET_ADMIN', 'NET_RAW'), stripped, sharedProcesses],
    node: [capable('NET_ADMIN', 'NET_RAW'), hostNamespaces],
  },
  sysadmin: {
    ephemeral: [privileged],
    copy: [privileged, stripped, sharedProcesses],
    node: [privileged, hostNamespaces, hostFiles],
  },
};

/** @throws KctlError `usage` in kubectl's words */
export function checkProfile(profile: string): void {
  if (!Object.hasOwn(profiles, profile)) throw new KctlError('usage', `unknown profile: ${profile}`);
}

/** Changes `pod` as the profile says, for its container `name`. */
export function applyProfile(
  profile: string,
  style: DebugStyle,
  pod: KubeObject,
  name: string,
  keeping: Keeping,
): void {
  for (const step of profiles[profile]![style]) step({ pod, name, keeping });
}
