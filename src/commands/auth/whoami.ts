import { asDeclared } from '../../api/declared.ts';
import type { KubeObject } from '../../api/meta.ts';
import { isApiError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { escapeTerminal } from '../../lib/escape.ts';
import { alignTabs, listLayout } from '../../output/tab-writer.ts';
import { defineCommand } from '../command.ts';
import { objectFormats, type ResultOutput } from '../shared/output-format.ts';
import { printFlags } from '../shared/print-flags.ts';
import { readResultOutput, resultPrinter } from '../shared/result-printer.ts';

/** `kctl auth whoami`: as whom the server knows the user. */
export const whoamiCommand = defineCommand<{ output: ResultOutput }>({
  flags: printFlags(objectFormats.join(', ')),
  complete: ({ flags }) => ({ output: readResultOutput(flags) }),
  async run({ output }, { connect, io, signal }) {
    const review = await reviewSelf(await connect(), signal);
    if (output.format.name === '') {
      io.stdout.write(attributes(review.status?.userInfo ?? {}));
      return;
    }
    const printer = await resultPrinter(output, 'none', io);
    const resource = { kind: 'SelfSubjectReview', group: 'authentication.k8s.io' };
    printer.print(resource as Parameters<typeof printer.print>[0], asDeclared(review), '');
  },
});

async function reviewSelf({ transport }: Cluster, signal: AbortSignal): Promise<KubeObject> {
  for (const version of ['v1', 'v1beta1', 'v1alpha1']) {
    const apiVersion = `authentication.k8s.io/${version}`;
    const metadata = { creationTimestamp: null };
    const body = JSON.stringify({ kind: 'SelfSubjectReview', apiVersion, metadata, status: { userInfo: {} } });
    try {
      const path = `/apis/${apiVersion}/selfsubjectreviews`;
      return await transport.json<KubeObject>({ method: 'POST', path, body, signal });
    } catch (error) {
      if (isApiError(error, 'Forbidden')) {
        const message =
          'the selfsubjectreviews API is not enabled in the cluster or you do not have permission to call it';
        throw new KctlError('api', message, { cause: error });
      }
      if (!isApiError(error, 'NotFound')) throw error;
    }
  }
  throw new KctlError(
    'api',
    'the selfsubjectreviews API is not enabled in the cluster\nenable APISelfSubjectReview feature gate and authentication.k8s.io/v1alpha1 or authentication.k8s.io/v1beta1 API',
  );
}

interface UserInfo {
  username?: string;
  uid?: string;
  groups?: readonly string[];
  extra?: Readonly<Record<string, readonly string[]>>;
}

function attributes({ username, uid, groups = [], extra = {} }: UserInfo): string {
  const list = (values: readonly string[]) => `[${values.join(' ')}]`;
  const rows = [
    ['ATTRIBUTE', 'VALUE'],
    ...(username ? [['Username', username]] : []),
    ...(uid ? [['UID', uid]] : []),
    ...(groups.length > 0 ? [['Groups', list(groups)]] : []),
    ...Object.keys(extra)
      .sort()
      .map((key) => [`Extra: ${key}`, list(extra[key] ?? [])]),
  ];
  const text = rows.map((row) => row.map((cell) => escapeTerminal(cell)).join('\t')).join('\n');
  return `${alignTabs(text, listLayout)}\n`;
}
