/** What of a message decides whether waiting is of use. The first row that fits counts. */
interface Words {
  shape: RegExp;
  /** How long it may last before it counts as final (ms); 0: nobody but a person can help. */
  patienceMs: number;
}

const SECOND = 1000;
const MINUTE = 60_000;

/** What a registry, or the way to it, said (containerd's and CRI-O's words). */
const registryWords: readonly Words[] = [
  { shape: /429|too many requests|toomanyrequests|rate limit/i, patienceMs: 2 * MINUTE },
  { shape: /not found|manifest unknown|name unknown|NAME_UNKNOWN|MANIFEST_UNKNOWN/i, patienceMs: 0 },
  { shape: /denied|unauthorized|authorization failed|insufficient_scope|forbidden|\b40[13]\b/i, patienceMs: 0 },
  { shape: /no such host/i, patienceMs: 0 },
  { shape: /invalid reference|no match for platform|unsupported (media|manifest)|x509|certificate/i, patienceMs: 0 },
  { shape: /no space left|disk quota/i, patienceMs: MINUTE },
];
const REGISTRY_PATIENCE_MS = 2 * MINUTE;

/** What the API server said to a pod that was to be created. */
const createWords: readonly (Words & { code: 'quota' | 'admission' | 'create' })[] = [
  { shape: /exceeded quota|failed quota/i, code: 'quota', patienceMs: 0 },
  { shape: /failed calling webhook|failed to call webhook/i, code: 'admission', patienceMs: 30 * SECOND },
  {
    shape: /admission webhook .* denied|ValidatingAdmissionPolicy|violates PodSecurity/i,
    code: 'admission',
    patienceMs: 0,
  },
  { shape: /is forbidden|is invalid|not found|already exists/i, code: 'create', patienceMs: 0 },
];
const CREATE_PATIENCE_MS = MINUTE;

/** What a kubelet said to volumes. */
const mountWords: readonly Words[] = [
  { shape: /failed to sync .* cache|timed out waiting for the condition/i, patienceMs: MINUTE },
  {
    shape: /(configmap|secret|persistentvolumeclaim|storageclass[.\w]*)s? "?\S+"? not found|references non-existent/i,
    patienceMs: 0,
  },
  { shape: /hostPath type check failed|is not a (directory|file)/i, patienceMs: 0 },
];
const MOUNT_PATIENCE_MS = 2 * MINUTE;

/** What says that a node could never take a pod, or that it soon may. */
const transientTaints =
  /node\.kubernetes\.io\/(not-ready|unreachable|network-unavailable)|node\.cloudprovider\.kubernetes\.io/;
const NEVER = /preemption: 0\/\d+ nodes are available: (\d+) Preemption is not helpful for scheduling/;

function patienceOf(words: readonly Words[], message: string, otherwise: number): number {
  return words.find(({ shape }) => shape.test(message))?.patienceMs ?? otherwise;
}

/** How long a pull that fails so is worth waiting for (ms). */
export const pullPatience = (message: string): number => patienceOf(registryWords, message, REGISTRY_PATIENCE_MS);

export const mountPatience = (message: string): number => patienceOf(mountWords, message, MOUNT_PATIENCE_MS);

export function createFailure(message: string): { code: 'quota' | 'admission' | 'create'; patienceMs: number } {
  const { code, patienceMs } = createWords.find(({ shape }) => shape.test(message)) ?? {
    code: 'create' as const,
    patienceMs: CREATE_PATIENCE_MS,
  };
  return { code, patienceMs };
}

/** How long a pod that no node takes may wait: a cluster autoscaler needs a minute or two. */
const UNSCHEDULABLE_PATIENCE_MS = 2 * MINUTE;

/** @param grows an autoscaler said that it adds nodes */
export function schedulePatience(message: string, grows: boolean): number {
  if (grows || transientTaints.test(message)) return UNSCHEDULABLE_PATIENCE_MS * (grows ? 5 : 1);
  if (/persistentvolumeclaim "?\S+"? not found/.test(message)) return 0;
  const [, hopeless] = NEVER.exec(message) ?? [];
  const [, nodes] = /^0\/(\d+) nodes/.exec(message) ?? [];
  if (hopeless === undefined || hopeless !== nodes) return UNSCHEDULABLE_PATIENCE_MS;
  // Since 1.34 taints are not named: where each node has one, they may only not be ready yet.
  const [, tainted] = /(\d+) node\(s\) had untolerated taint\(s\)/.exec(message) ?? [];
  return tainted === nodes ? MINUTE : 0;
}

/** containerd's wrapping around what a registry said: `failed to pull and unpack image "…": failed to resolve reference "…": `. */
export function registryWordsOf(message: string): string {
  return message
    .replace(/^Back-off pulling image "[^"]*"(: ErrImagePull: )?/, '')
    .replace(/^Failed to pull image "[^"]*": /, '')
    .replace(/^rpc error: code = \w+ desc = /, '')
    .replace(/^failed to pull and unpack image "[^"]*": /, '')
    .replace(/^failed to resolve (?:image|reference) "[^"]*": /, '')
    .trim();
}
