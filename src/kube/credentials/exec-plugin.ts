import { spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { KctlError } from '../../lib/errors.ts';
import { rawTerminal } from '../../lib/terminal-guard.ts';
import type { ClusterOptions } from '../cluster-options.ts';
import type { ClusterEntry, ExecConfig } from '../kubeconfig/model.ts';
import { interactiveModeOf } from '../kubeconfig/validate.ts';
import type { ClientCertificate, Credentials } from './contract.ts';
import { pemOf } from './pem.ts';
import { permittedPlugin } from './plugin-policy.ts';
import { onTerminal } from './terminal-lender.ts';

/** client.authentication.k8s.io/v1 and v1beta1, which are alike. */
interface ExecCredential {
  apiVersion?: string;
  kind?: string;
  status?: {
    expirationTimestamp?: string;
    token?: string;
    clientCertificateData?: string;
    clientKeyData?: string;
  };
}

interface PluginAnswer {
  token: string | undefined;
  certificate: ClientCertificate | undefined;
  /** Milliseconds; absent is for the life of this process. */
  expires: number | undefined;
}

const versions = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'];

/** One answer per plugin call, for all clusters of this process; never on disk. */
const answers = new Map<string, Promise<PluginAnswer>>();

function fail(message: string, cause?: unknown): KctlError {
  return new KctlError('auth', `Unable to connect to the server: getting credentials: ${message}`, {
    prefix: '',
    ...(cause === undefined ? {} : { cause }),
  });
}

/**
 * Credentials from a client-go credential plugin (Authentication, "client-go credential plugins").
 * The plugin runs when something is first needed, when its answer has expired, and once after a 401.
 * @throws KctlError `config` for an API version that is not v1 or v1beta1
 */
export function execCredentials(
  exec: ExecConfig,
  cluster: ClusterEntry,
  options: ClusterOptions,
  now: () => number = Date.now,
): Credentials {
  if (!versions.includes(exec.apiVersion ?? '')) {
    throw new KctlError('config', `exec plugin: invalid apiVersion "${exec.apiVersion}"`);
  }
  const key = keyOf(exec, cluster, options);
  let used: Promise<PluginAnswer> | undefined;

  const run = () => {
    const answer = runPlugin(exec, cluster, options);
    answers.set(key, answer);
    // A failed call is not an answer: the next request asks again.
    answer.catch(() => answers.delete(key));
    return answer;
  };
  const current = async (): Promise<PluginAnswer> => {
    const known = answers.get(key);
    const answer = known ? await known : undefined;
    used = known && !(answer?.expires !== undefined && answer.expires <= now()) ? known : run();
    return used;
  };
  return {
    async authorization() {
      const { token } = await current();
      return token ? `Bearer ${token}` : undefined;
    },
    async certificate() {
      return (await current()).certificate;
    },
    async refresh() {
      // Another request may have fetched new ones already: then those are the thing to try.
      if (answers.get(key) === used) await run();
      return true;
    },
  };
}

function keyOf(exec: ExecConfig, cluster: ClusterEntry, options: ClusterOptions): string {
  return JSON.stringify([exec, exec.provideClusterInfo ? cluster : null, options.cwd ?? '']);
}

/** What the plugin gave last in this process; it is not called for this. Undefined where it gave nothing. */
export async function lastAnswer(
  exec: ExecConfig,
  cluster: ClusterEntry,
  options: ClusterOptions,
): Promise<Pick<PluginAnswer, 'token' | 'expires'> | undefined> {
  return answers.get(keyOf(exec, cluster, options))?.catch(() => undefined);
}

async function runPlugin(exec: ExecConfig, cluster: ClusterEntry, options: ClusterOptions): Promise<PluginAnswer> {
  const command = permitted(exec, options);
  const interactive = isInteractive(exec, options.stdin ?? process.stdin);
  const info = {
    kind: 'ExecCredential',
    apiVersion: exec.apiVersion,
    spec: { ...(exec.provideClusterInfo ? { cluster: clusterInfo(cluster) } : {}), interactive },
  };
  const added = Object.fromEntries((exec.env ?? []).map(({ name, value }) => [name, value]));
  const env = { ...options.env, ...added, KUBERNETES_EXEC_INFO: JSON.stringify(info) };
  const run = () => capture({ ...exec, command }, interactive, env, options);
  const output = await (interactive ? onTerminal(run) : run());
  return readAnswer(exec, output);
}

/** @throws KctlError `auth` where the user's preferences do not let the plugin run */
function permitted({ command = '' }: ExecConfig, options: ClusterOptions): string {
  try {
    return permittedPlugin(command, options);
  } catch (error) {
    throw fail((error as Error).message, error);
  }
}

function isInteractive(exec: ExecConfig, stdin: { isTTY?: boolean }): boolean {
  const mode = interactiveModeOf(exec);
  if (mode === 'Always' && !stdin.isTTY) {
    throw fail('exec plugin cannot support interactive mode: standard input is not a terminal');
  }
  return mode !== 'Never' && stdin.isTTY === true;
}

/** The name of the cluster extension whose content plugins get as `config`. */
const extensionName = 'client.authentication.k8s.io/exec';

function clusterInfo(cluster: ClusterEntry): Record<string, unknown> {
  const ca = pemOf(cluster['certificate-authority-data'], cluster['certificate-authority']);
  const config = cluster.extensions?.find((extension) => extension.name === extensionName)?.extension;
  const info: Record<string, unknown> = {
    server: cluster.server,
    'tls-server-name': cluster['tls-server-name'],
    'insecure-skip-tls-verify': cluster['insecure-skip-tls-verify'] || undefined,
    'certificate-authority-data': ca === undefined ? undefined : Buffer.from(ca).toString('base64'),
    'proxy-url': cluster['proxy-url'],
    'disable-compression': cluster['disable-compression'] || undefined,
    config: config ?? null,
  };
  return info;
}

/** Runs the plugin and returns its stdout, which holds secrets and is shown nowhere. */
function capture(
  exec: ExecConfig,
  interactive: boolean,
  env: Record<string, string | undefined>,
  options: ClusterOptions,
): Promise<string> {
  const command = exec.command ?? '';
  // A plugin is the user's own program: it may colour and animate what it says to people.
  const stderr = rawTerminal(options.stderr ?? process.stderr);
  return new Promise((resolve, reject) => {
    const child = spawn(command, exec.args ?? [], {
      env,
      ...(options.cwd ? { cwd: options.cwd } : {}),
      stdio: [interactive ? 'inherit' : 'ignore', 'pipe', 'pipe'],
      // Scripts of that kind are not programs on Windows.
      shell: process.platform === 'win32' && /\.(?:cmd|bat)$/i.test(command),
    });
    forward(child.stderr as Readable, stderr);
    const chunks: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') reject(fail(notInstalled(exec), error));
      else reject(fail(`exec: ${error.message}`, error));
    });
    child.once('close', (code) => {
      if (code === 0) resolve(Buffer.concat(chunks).toString('utf8'));
      else reject(fail(`exec: executable ${command} failed with exit code ${code ?? -1}`));
    });
  });
}

function forward(from: Readable, to: Writable): void {
  from.on('data', (chunk: Buffer) => to.write(chunk));
}

function notInstalled(exec: ExecConfig): string {
  const about = [
    `exec: executable ${exec.command} not found`,
    'It looks like you are trying to use a client-go credential plugin that is not installed.',
    'To learn more about this feature, consult the documentation available at:\n      https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins',
  ];
  // The file may be from someone else: its hint must not steer the terminal.
  const hint = (exec.installHint ?? '').replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, '').trim();
  return [...about, ...(hint ? [hint] : [])].join('\n\n');
}

function readAnswer(exec: ExecConfig, output: string): PluginAnswer {
  let credential: ExecCredential;
  try {
    credential = output.trim() === '' ? {} : (JSON.parse(output) as ExecCredential);
  } catch (error) {
    throw fail('decoding stdout: the plugin did not print an ExecCredential as JSON', error);
  }
  const returned = credential.apiVersion ?? 'client.authentication.k8s.io/__internal';
  if (returned !== exec.apiVersion) {
    throw fail(`exec plugin is configured to use API version ${exec.apiVersion}, plugin returned version ${returned}`);
  }
  const { status } = credential;
  if (!status) throw fail("exec plugin didn't return a status field");
  const { token, clientCertificateData: cert, clientKeyData: key } = status;
  if (!token && !cert && !key) throw fail("exec plugin didn't return a token or cert/key pair");
  if (Boolean(cert) !== Boolean(key)) throw fail('exec plugin returned only certificate or key, not both');
  const expires = status.expirationTimestamp ? Date.parse(status.expirationTimestamp) : undefined;
  return {
    token: token || undefined,
    certificate: cert && key ? { cert, key } : undefined,
    expires: expires !== undefined && Number.isFinite(expires) ? expires : undefined,
  };
}
