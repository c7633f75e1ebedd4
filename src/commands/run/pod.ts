import { asDeclared } from '../../api/declared.ts';
import type { KubeObject } from '../../api/meta.ts';
import { KctlError } from '../../lib/errors.ts';
import type { FlagValues } from '../command.ts';
import { environmentKey } from '../shared/environment-key.ts';
import { atoi, parsePairs } from '../shared/go-parsing.ts';

/** The pod of `run NAME --image=...`. @throws KctlError in kubectl's words */
export function podOf(name: string, args: readonly string[], flags: FlagValues): KubeObject {
  const env = environment(flags.env as readonly string[]);
  const annotations = annotationsOf(flags.annotations as readonly string[]);
  if (name === '') throw new KctlError('usage', "'name' is a required parameter");
  const labels = flags.labels === '' ? { run: name } : parsePairs(String(flags.labels));
  const stdin = flags.stdin === true;
  return asDeclared({
    ...{ apiVersion: 'v1', kind: 'Pod' },
    metadata: { name, labels, annotations },
    spec: {
      containers: [
        {
          ...{ name, image: flags.image, [flags.command === true ? 'command' : 'args']: args, env },
          ...(flags.port !== '' && { ports: [{ containerPort: atoi(String(flags.port)) }] }),
          imagePullPolicy: flags['image-pull-policy'],
          ...(flags.privileged === true && { securityContext: { privileged: true } }),
          ...{ stdin, stdinOnce: stdin && flags['leave-stdin-open'] !== true, tty: flags.tty },
        },
      ],
      restartPolicy: flags.restart || 'Always',
      dnsPolicy: 'ClusterFirst',
    },
  });
}

/** The service of `--expose`. @throws KctlError in kubectl's words */
export function serviceOf(name: string, flags: FlagValues): KubeObject {
  const labels = flags.labels === '' ? undefined : parsePairs(String(flags.labels));
  const ports = String(flags.port).split(',');
  return asDeclared({
    ...{ apiVersion: 'v1', kind: 'Service' },
    metadata: { name, ...(labels && { labels }) },
    spec: {
      ports: ports.map((text, index) => {
        const port = atoi(text);
        return { name: ports.length > 1 ? `port-${index + 1}` : '', port, protocol: 'TCP', targetPort: port };
      }),
      selector: labels ?? { run: name },
    },
  });
}

function environment(words: readonly string[]): { name: string; value: string }[] {
  return words.map((word) => {
    const equals = word.indexOf('=');
    const name = word.slice(0, equals);
    if (equals <= 0 || environmentKey(name).length > 0) throw new KctlError('usage', `invalid env: ${word}`);
    return { name, value: word.slice(equals + 1) };
  });
}

function annotationsOf(words: readonly string[]): Record<string, string> {
  const wrong = words.filter((word) => word.indexOf('=') <= 0);
  if (wrong.length > 0) throw new KctlError('usage', `invalid annotations format: ${wrong.join(', ')}`);
  return Object.fromEntries(words.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]));
}
