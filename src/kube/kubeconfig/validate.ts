import { accessSync, constants } from 'node:fs';
import { KctlError } from '../../lib/errors.ts';
import { fileError } from './file-error.ts';
import type { ClusterEntry, ExecConfig, UserEntry } from './model.ts';

/**
 * Refuses a cluster or user that cannot work (client-go, tools/clientcmd/validation.go). One problem
 * prints as `error: …`, several as a list, as kubectl prints them.
 */
export function checkUsable(clusterName: string, cluster: ClusterEntry, userName: string, user: UserEntry): void {
  const problems = [...userProblems(userName, user), ...clusterProblems(clusterName, cluster)];
  if (problems.length === 1) throw new KctlError('config', problems[0]!);
  if (problems.length > 1) {
    const list = problems.map((problem) => `\n* ${problem}`).join('');
    throw new KctlError('config', list, { prefix: 'Error in configuration: ' });
  }
  if (
    (cluster['certificate-authority'] || cluster['certificate-authority-data']) &&
    cluster['insecure-skip-tls-verify']
  ) {
    throw new KctlError('config', 'specifying a root certificates file with the insecure flag is not allowed');
  }
}

function unreadable(what: string, owner: string, file: string | undefined): string[] {
  if (!file) return [];
  try {
    accessSync(file, constants.R_OK);
    return [];
  } catch (error) {
    return [`unable to read ${what} ${file} for ${owner} due to ${fileError(error, 'open', file)}`];
  }
}

function clusterProblems(name: string, cluster: ClusterEntry): string[] {
  const problems: string[] = [];
  const proxy = cluster['proxy-url'];
  const proxyProblem = proxy ? proxyUrlProblem(proxy) : undefined;
  if (proxyProblem) problems.push(`invalid 'proxy-url' "${proxy}" for cluster "${name}": ${proxyProblem}`);
  if (cluster['certificate-authority'] && cluster['certificate-authority-data']) {
    problems.push(
      `certificate-authority-data and certificate-authority are both specified for ${name}. certificate-authority-data will override.`,
    );
  }
  return [...problems, ...unreadable('certificate-authority', name, cluster['certificate-authority'])];
}

function proxyUrlProblem(text: string): string | undefined {
  if (!URL.canParse(text)) return `could not parse: ${text}`;
  const scheme = new URL(text).protocol.slice(0, -1);
  return ['http', 'https', 'socks5'].includes(scheme)
    ? undefined
    : `unsupported scheme "${scheme}", must be http, https, or socks5`;
}

function userProblems(name: string, user: UserEntry): string[] {
  const problems = [...certificateProblems(name, user), ...execProblems(name, user)];
  const methods = [...(user.token ? ['token'] : []), ...(user.username || user.password ? ['basicAuth'] : [])];
  if (methods.length > 1) {
    problems.push(
      `more than one authentication method found for ${name}; found [${methods.join(' ')}], only one is allowed`,
    );
  }
  const refined = user['as-uid'] || user['as-groups']?.length || Object.keys(user['as-user-extra'] ?? {}).length > 0;
  if (refined && !user.as)
    problems.push(`requesting uid, groups or user-extra for ${name} without impersonating a user`);
  return problems;
}

function certificateProblems(name: string, user: UserEntry): string[] {
  const problems: string[] = [];
  if (!user['client-certificate'] && !user['client-certificate-data']) return problems;
  if (user['client-certificate'] && user['client-certificate-data']) {
    problems.push(`client-cert-data and client-cert are both specified for ${name}. client-cert-data will override.`);
  }
  if (user['client-key'] && user['client-key-data']) {
    problems.push(`client-key-data and client-key are both specified for ${name}; client-key-data will override`);
  }
  if (!user['client-key'] && !user['client-key-data']) {
    problems.push(
      `client-key-data or client-key must be specified for ${name} to use the clientCert authentication method.`,
    );
  }
  if (!user['client-certificate-data']) problems.push(...unreadable('client-cert', name, user['client-certificate']));
  if (!user['client-key-data']) problems.push(...unreadable('client-key', name, user['client-key']));
  return problems;
}

/** v1beta1 came before the field and means `IfAvailable` without it. */
export function interactiveModeOf(exec: ExecConfig): string {
  const old = /\/v1(?:alpha1|beta1)$/.test(exec.apiVersion ?? '');
  return exec.interactiveMode || (old ? 'IfAvailable' : '');
}

function execProblems(name: string, user: UserEntry): string[] {
  const exec = user.exec;
  if (!exec) return [];
  const problems: string[] = [];
  const missing = (field: string) => `${field} must be specified for ${name} to use exec authentication plugin`;
  if (user['auth-provider'])
    problems.push(`authProvider cannot be provided in combination with an exec plugin for ${name}`);
  if (!exec.command) problems.push(missing('command'));
  if (!exec.apiVersion) problems.push(missing('apiVersion'));
  if (exec.env?.some((variable) => !variable.name)) problems.push(missing('env variable name'));
  const mode = interactiveModeOf(exec);
  if (mode === '') problems.push(missing('interactiveMode'));
  else if (!['Never', 'IfAvailable', 'Always'].includes(mode)) {
    problems.push(`invalid interactiveMode for ${name}: "${mode}"`);
  }
  return problems;
}
