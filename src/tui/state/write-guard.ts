import { type ObjectPath, parseObjectPath } from '../../api/object-path.ts';
import type { ApiRequest, Transport } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import type { ContextSettings } from '../../settings/dashboard-settings.ts';
import { parseReleaseSecretName } from '../../store/helm/release.ts';
import { say } from '../words/say.ts';
import { flagOf, forwardedNamespaces, isForwarding, onlyLooks, ruleNames } from './command-words.ts';
import { deniedBy, forwardDenied } from './guards.ts';

/** What rules call a request by what it does. */
const methodNames: Readonly<Partial<Record<ApiRequest['method'], string>>> = {
  DELETE: 'delete',
  PATCH: 'patch',
  POST: 'create',
  PUT: 'update',
};

type Rules = Pick<ContextSettings, 'deny' | 'maxBulk'>;

/**
 * What the settings forbid, held against one command line and every write that it sends: whichever way the command
 * line came about, by a key, by `:apply`, `:undo` or `:kctl`, or from a plugin.
 */
export class WriteGuard {
  readonly #rules: Rules;
  readonly #argv: readonly string[];
  readonly #changed = new Set<string>();

  constructor(rules: Rules, argv: readonly string[]) {
    this.#rules = rules;
    this.#argv = argv;
  }

  /**
   * Why the command line must not run at all; undefined where it may.
   * @param context the one that it runs in
   */
  refusal(namespace: string, context: string): string | undefined {
    const { deny = [], maxBulk } = this.#rules;
    if (isForwarding(this.#argv)) return this.#forwardDenied(namespace);
    if (onlyLooks(this.#argv) || (deny.length === 0 && maxBulk === undefined)) return undefined;
    const other = flagOf(this.#argv, ['--context']) ?? flagOf(this.#argv, ['--contexts']);
    if (other !== undefined && other !== context) {
      return say('context {context} has rules of its own: it is changed from there only', { context: other });
    }
    return this.#denied(ruleNames(this.#argv), flagOf(this.#argv, ['-n', '--namespace']) ?? namespace);
  }

  #forwardDenied(usual: string): string | undefined {
    const namespace = flagOf(this.#argv, ['-n', '--namespace']) ?? usual;
    return forwardedNamespaces(this.#argv, namespace)
      .map((each) => forwardDenied({ userFiles: { settings: this.#rules } }, each))
      .find((why) => why !== undefined);
  }

  #denied(names: readonly string[], namespace: string | undefined): string | undefined {
    for (const name of names) {
      const why = deniedBy({ userFiles: { settings: this.#rules } }, name, namespace);
      if (why) return why;
    }
    return undefined;
  }

  /** How many objects may be changed at once; undefined: as many as there are. */
  get limit(): number | undefined {
    return this.#rules.maxBulk;
  }

  /** @throws KctlError for a write that must not be sent */
  #check(request: ApiRequest): void {
    const path = request.method === 'GET' || isRehearsal(request) ? undefined : parseObjectPath(request.path);
    if (!path || isQuestion(path)) return;
    const names = [
      ...ruleNames(this.#argv),
      methodNames[request.method]!,
      ...(path.subresource ? [path.subresource] : []),
    ];
    const why = this.#denied(names, path.namespace);
    if (why) throw new KctlError('input', say('not sent: {why}', { why }));
    this.#count(request, path);
  }

  #count(request: ApiRequest, path: ObjectPath): void {
    const { maxBulk } = this.#rules;
    if (maxBulk === undefined) return;
    if (path.name === undefined && request.method === 'DELETE') {
      throw new KctlError('input', say('not sent: it would delete all {kind} at once', { kind: path.plural }));
    }
    const object = changedObject(this.#argv, request);
    if (object !== undefined) this.#changed.add(object);
    if (this.#changed.size > maxBulk) {
      throw new KctlError('input', say('not sent: more than {limit} objects at once', { limit: maxBulk }));
    }
  }

  /** The transport, with each write held against the rules before it is sent. */
  over<Kind extends Pick<Transport, 'send' | 'json'>>(transport: Kind): Kind {
    return {
      ...transport,
      send: async (request: ApiRequest) => {
        this.#check(request);
        return transport.send(request);
      },
      json: async <T>(request: ApiRequest) => {
        this.#check(request);
        return transport.json<T>(request);
      },
    };
  }
}

/** What a write counts as: the object; of a drain only nodes count, of helm's verbs only releases. Undefined: as nothing. */
export function changedObject([verb]: readonly string[], { method, path: text, body }: ApiRequest): string | undefined {
  const path = method === 'GET' ? undefined : parseObjectPath(text);
  if (!path || isQuestion(path)) return undefined;
  const { group, plural, namespace = '', name = nameIn(body) ?? '' } = path;
  if (verb === 'drain' && plural !== 'nodes') return undefined;
  if (verb !== 'helm') return [group, plural, namespace, name].join('/');
  const release = plural === 'secrets' ? parseReleaseSecretName(name) : undefined;
  return release && [namespace, release.name].join('/');
}

/** Questions about rights and tokens are put by POST, and change nothing. */
const isQuestion = ({ group, subresource }: ObjectPath): boolean =>
  group === 'authorization.k8s.io' || group === 'authentication.k8s.io' || subresource === 'token';

function isRehearsal({ query, body }: ApiRequest): boolean {
  const named = query?.['dryRun'];
  if (named !== undefined && named !== '') return true;
  return typeof body === 'string' && /"dryRun"\s*:\s*\[\s*"All"/.test(body);
}

function nameIn(body: ApiRequest['body']): string | undefined {
  try {
    return (JSON.parse(String(body ?? '')) as { metadata?: { name?: string } }).metadata?.name;
  } catch {
    return undefined;
  }
}
