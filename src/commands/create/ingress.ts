import { KctlError } from '../../lib/errors.ts';
import { creationCommand } from './creation.ts';

/** `host/path=service:port[,tls[=secret]]`; what follows a match is not looked at. */
const ruleForm = /^[\w*.-]*\/.*=[\w-]+:[\w-]+(,tls=?([\w-]+)?)?/;

/** `kctl create ingress`. */
export const createIngressCommand = creationCommand({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  flags: [
    { name: 'annotation', type: 'stringArray', default: [], describe: 'Annotation of the ingress: KEY=VALUE.' },
    { name: 'class', type: 'string', default: '', describe: 'Class of the ingress.' },
    { name: 'default-backend', type: 'string', default: '', describe: 'SERVICE:PORT for what no rule is about.' },
    {
      name: 'rule',
      type: 'stringArray',
      default: [],
      describe: 'HOST/PATH=SERVICE:PORT[,tls[=SECRET]]; a path that ends in * means all that begin so.',
    },
  ],
  failure: 'failed to create ingress: ',
  check({ flags }) {
    const rules = flags.rule as readonly string[];
    const backend = String(flags['default-backend']);
    if (backend === '' && rules.length === 0) {
      throw new KctlError(
        'usage',
        'not enough information provided: every ingress has to either specify a default-backend (which catches all traffic) or a list of rules (which catch specific paths)',
      );
    }
    const wrong = rules.find((rule) => !ruleForm.test(rule));
    if (wrong !== undefined) {
      throw new KctlError(
        'usage',
        `rule ${wrong} is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]`,
      );
    }
    const bare = (flags.annotation as readonly string[]).find((annotation) => !annotation.includes('='));
    if (bare !== undefined) {
      throw new KctlError('usage', `annotation ${bare} is invalid and should be in format key=[value]`);
    }
    if (backend !== '' && backend.split(':').length !== 2) {
      throw new KctlError('usage', 'default-backend should be in format servicename:serviceport');
    }
  },
  make({ name, flags }) {
    const rules = flags.rule as readonly string[];
    const annotations = Object.fromEntries(
      (flags.annotation as readonly string[]).map((annotation) => {
        const equals = annotation.indexOf('=');
        return [annotation.slice(0, equals), annotation.slice(equals + 1)];
      }),
    );
    const backend = String(flags['default-backend']);
    return {
      metadata: { name, annotations },
      spec: {
        ingressClassName: flags.class || undefined,
        defaultBackend: backend === '' ? undefined : backendOf(backend),
        tls: tlsOf(rules),
        rules: pathsOf(rules),
      },
    };
  },
});

interface Tls {
  hosts?: string[];
  secretName?: string;
}

/** Hosts that name the same secret share an entry; a host counts once. */
function tlsOf(rules: readonly string[]): Tls[] {
  const found: Tls[] = [];
  const hosts = new Set<string>();
  for (const rule of rules) {
    const [, ending, ...more] = rule.split(',');
    if (ending === undefined || more.length > 0) continue;
    const host = rule.split('/', 1)[0] ?? '';
    if (hosts.has(host)) continue;
    hosts.add(host);
    const secretName = ending.split('=')[1] ?? '';
    const same = found.find((entry) => (entry.secretName ?? '') === secretName);
    if (same) same.hosts = [...(same.hosts ?? []), host];
    else if (host !== '' || secretName !== '') {
      found.push({ ...(host && { hosts: [host] }), ...(secretName && { secretName }) });
    }
  }
  return found;
}

/** One rule per host, in the order in which hosts first appear. */
function pathsOf(rules: readonly string[]) {
  const byHost = new Map<string, object[]>();
  for (const rule of rules) {
    const bare = rule.split(',', 1)[0]!;
    const slash = bare.indexOf('/');
    const host = bare.slice(0, slash);
    const [path = '', service = ''] = bare.slice(slash).split('=');
    const isPrefix = path.endsWith('*');
    const entry = {
      path: isPrefix ? path.slice(0, -1) : path,
      pathType: isPrefix ? 'Prefix' : 'Exact',
      backend: backendOf(service),
    };
    byHost.set(host, [...(byHost.get(host) ?? []), entry]);
  }
  return [...byHost].map(([host, paths]) => ({ host, http: { paths } }));
}

function backendOf(text: string) {
  const [name, port = ''] = text.split(':');
  return { service: { name, port: /^[+-]?\d+$/.test(port) ? { number: Number(port) } : { name: port } } };
}
