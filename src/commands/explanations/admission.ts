import type { KubeObject } from '../../api/meta.ts';
import { ApiStatusError } from '../../api/status.ts';
import type { Asked, Said } from './explanation.ts';

/** A namespace that lets only pods in that keep a standard. */
export async function* explainPodSecurity({ status, tool, connect }: Asked): AsyncGenerator<Said> {
  const level = /violates PodSecurity "([^":]+)/.exec(status?.message ?? '')?.[1] ?? 'restricted';
  const { namespace } = await connect();
  yield `Namespace ${namespace} lets in only pods that keep the standard "${level}" (its label pod-security.kubernetes.io/enforce). Set in the pod what the message names; or, if the namespace may be less strict:`;
  const lower = level === 'restricted' ? 'baseline' : 'privileged';
  yield { command: `${tool} label namespace ${namespace} pod-security.kubernetes.io/enforce=${lower} --overwrite` };
}

/** RBAC lets nobody give what they do not have. */
export async function* explainEscalation({ tool }: Asked): AsyncGenerator<Said> {
  yield 'Nobody may give more than they have: have these rules bound to you first, or let somebody do it who has them, or who may "escalate" roles (write them) or "bind" them. Who may:';
  yield { command: `${tool} auth who-can escalate clusterroles` };
}

interface Condition {
  type: string;
  status: string;
  message?: string;
}

/** A namespace that goes takes nothing new; often something in it does not want to go. */
export async function* explainTerminating({ connect, signal, tool }: Asked): AsyncGenerator<Said> {
  const { namespace, transport } = await connect();
  yield `Namespace ${namespace} is being deleted: nothing can be made in it any more.`;
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}`;
  const { status } = await transport.json<KubeObject>({ method: 'GET', path, signal });
  for (const { type, status: holds, message } of (status?.conditions ?? []) as Condition[]) {
    const isNews = type.startsWith('NamespaceDeletion') || /Remaining$/.test(type);
    if (isNews && holds === 'True' && message) yield message;
  }
  yield { command: `${tool} describe namespace ${namespace}` };
}

/** The expressions of a policy are there to be read. */
export async function* explainPolicy({ status, connect, signal, tool }: Asked): AsyncGenerator<Said> {
  const message = status?.message ?? '';
  const [, policy = '', binding = ''] =
    /ValidatingAdmissionPolicy '([^']+)' with binding '([^']+)'/.exec(message) ?? [];
  if (policy === '') return;
  yield `A rule of this cluster says so: policy ${policy}, bound by ${binding}.`;
  try {
    const { transport } = await connect();
    const path = `/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/${encodeURIComponent(policy)}`;
    const { spec } = await transport.json<KubeObject>({ method: 'GET', path, signal });
    for (const { expression } of (spec?.validations ?? []) as { expression: string }[])
      yield `It wants: ${expression.replace(/\s+/g, ' ').trim()}`;
  } catch (error) {
    if (!(error instanceof ApiStatusError)) throw error;
    yield { command: `${tool} get validatingadmissionpolicy ${policy} -o yaml` };
  }
}

/** How much room a budget leaves. */
export async function* explainBudget({ status, connect, signal, tool }: Asked): AsyncGenerator<Said> {
  const { namespace, transport } = await connect();
  const said = status?.details?.causes?.map(({ message = '' }) => message).join(' ') ?? '';
  const name = /disruption budget (\S+) needs/.exec(said)?.[1];
  if (name === undefined) {
    yield { command: `${tool} get poddisruptionbudgets -n ${namespace}` };
    return;
  }
  const path = `/apis/policy/v1/namespaces/${encodeURIComponent(namespace)}/poddisruptionbudgets/${encodeURIComponent(name)}`;
  const budget = await transport.json<KubeObject>({ method: 'GET', path, signal });
  const { currentHealthy = 0, desiredHealthy = 0, expectedPods = 0 } = budget.status ?? {};
  yield `Budget ${name} keeps ${desiredHealthy} of ${expectedPods} pods; ${currentHealthy} are healthy now. Wait until more are, scale up, or loosen the budget.`;
}
