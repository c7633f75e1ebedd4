import type { KubeList, KubeObject } from '../../api/meta.ts';
import { ApiStatusError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import type { Asked, Said } from './explanation.ts';

interface Hook {
  name: string;
  failurePolicy?: string;
  clientConfig?: { url?: string; service?: { name: string; namespace: string; port?: number } };
}

const ROOT = '/apis/admissionregistration.k8s.io/v1';
const KINDS = ['validatingwebhookconfigurations', 'mutatingwebhookconfigurations'];

/** Whose webhook it is and, where it does not answer, whether anybody is there to answer. */
export async function* explainWebhook({ status, connect, signal, tool }: Asked): AsyncGenerator<Said> {
  const message = status?.message ?? '';
  const name = /admission webhook "([^"]+)"|failed calling webhook "([^"]+)"/.exec(message)?.slice(1).find(Boolean);
  if (name === undefined) return;
  const isSilent = message.includes('failed calling webhook');
  const cluster = await connect();
  for (const kind of KINDS) {
    for (const configuration of await list(`${ROOT}/${kind}`, cluster, signal)) {
      const hook = ((configuration['webhooks'] ?? []) as Hook[]).find((one) => one.name === name);
      if (!hook) continue;
      const { service, url } = hook.clientConfig ?? {};
      const where = service
        ? `service ${service.namespace}/${service.name}`
        : (URL.parse(url ?? '')?.host ?? 'a server of its own');
      yield `Webhook ${name} is of ${kind.slice(0, -1)}/${configuration.metadata.name}; ${where} answers for it.`;
      if (isSilent && service) yield* silence(service, cluster, signal, tool);
      if (isSilent && hook.failurePolicy !== 'Ignore')
        yield 'While it does not answer, everything that it is to look at is refused (failurePolicy: Fail).';
      if (!isSilent) yield 'What it says stands above; its owner knows what it wants.';
      return;
    }
  }
}

async function* silence(
  { name, namespace }: { name: string; namespace: string },
  cluster: Cluster,
  signal: AbortSignal,
  tool: string,
): AsyncGenerator<Said> {
  const path = `/apis/discovery.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/endpointslices`;
  const slices = await list(path, cluster, signal, `kubernetes.io/service-name=${name}`);
  const ready = slices
    .flatMap(({ endpoints }) => endpoints ?? [])
    .filter(({ conditions }) => conditions?.ready !== false);
  if (slices.length === 0) yield `The service ${namespace}/${name} has no endpoints, if it exists at all.`;
  else yield `The service has ${ready.length} ready endpoint${ready.length === 1 ? '' : 's'}.`;
  if (ready.length === 0) yield { command: `${tool} why service/${name} -n ${namespace}` };
}

async function list(
  path: string,
  { transport }: Cluster,
  signal: AbortSignal,
  labelSelector?: string,
): Promise<KubeObject[]> {
  try {
    return (await transport.json<KubeList>({ method: 'GET', path, query: { labelSelector }, signal })).items;
  } catch (error) {
    if (error instanceof ApiStatusError) return [];
    throw error;
  }
}
