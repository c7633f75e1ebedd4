import type { Readable, Writable } from 'node:stream';
import type { Progress } from '../lib/io.ts';

/** What the global flags and the environment say about the cluster to open. Absent means: as the kubeconfig has it. */
export interface ClusterOptions {
  env: Record<string, string | undefined>;
  /** Relative paths in flags and `KUBECONFIG` count from here; default the process's own. */
  cwd?: string;
  /** Receives the `-v` log and what credential plugins say; default the process's own. */
  stderr?: Writable;
  /** Credential plugins may ask questions only where this is a terminal. */
  stdin?: Readable & { isTTY?: boolean };
  /** First part of the User-Agent: `kctl` or `kubectl`. */
  tool?: string;
  version?: string;
  /** Told of every request while it is waited for. */
  progress?: Progress;

  kubeconfig?: string;
  context?: string;
  cluster?: string;
  user?: string;
  namespace?: string;
  server?: string;
  token?: string;
  username?: string;
  password?: string;
  certificateAuthority?: string;
  clientCertificate?: string;
  clientKey?: string;
  insecureSkipTlsVerify?: boolean;
  tlsServerName?: string;
  as?: string;
  asGroup?: readonly string[];
  asUid?: string;
  /** `key=value`, one per value, as `--as-user-extra` takes them. */
  asUserExtra?: readonly string[];
  /** Go duration or whole seconds; `0` is without limit. */
  requestTimeout?: string;
  /** The verb asks for a client before it asks for a namespace, which chooses the words for a context that is not there. */
  connectsFirst?: boolean;
  disableCompression?: boolean;
  cacheDir?: string;
  /** `-v`; from 6 on every request is logged. */
  verbosity?: number;
}

type Flags = { readonly [name: string]: string | number | boolean | readonly string[] | undefined };

/** Keeps what is set: the empty string is the same as an absent flag, as in kubectl. */
function text(value: Flags[string]): string | undefined {
  return value === undefined || value === '' ? undefined : String(value);
}

/** Turns parsed global flags (by their long names) into options; unknown flags are ignored. */
export function clusterOptions(
  flags: Flags,
  base: Pick<ClusterOptions, 'env' | 'cwd' | 'stderr' | 'stdin' | 'tool' | 'version' | 'progress'>,
): ClusterOptions {
  const list = (name: string) => (Array.isArray(flags[name]) ? (flags[name] as readonly string[]) : undefined);
  const found: { [Key in keyof ClusterOptions]: ClusterOptions[Key] | undefined } = {
    ...base,
    kubeconfig: text(flags.kubeconfig),
    context: text(flags.context),
    cluster: text(flags.cluster),
    user: text(flags.user),
    namespace: text(flags.namespace),
    server: text(flags.server),
    token: text(flags.token),
    username: text(flags.username),
    password: text(flags.password),
    certificateAuthority: text(flags['certificate-authority']),
    clientCertificate: text(flags['client-certificate']),
    clientKey: text(flags['client-key']),
    insecureSkipTlsVerify: flags['insecure-skip-tls-verify'] === true ? true : undefined,
    tlsServerName: text(flags['tls-server-name']),
    as: text(flags.as),
    asGroup: list('as-group'),
    asUid: text(flags['as-uid']),
    asUserExtra: list('as-user-extra'),
    requestTimeout: text(flags['request-timeout']),
    disableCompression: flags['disable-compression'] === true ? true : undefined,
    cacheDir: text(flags['cache-dir']),
    verbosity: flags.v === undefined ? undefined : Number(flags.v),
  };
  return Object.fromEntries(
    Object.entries(found).filter(([, value]) => value !== undefined),
  ) as unknown as ClusterOptions;
}
