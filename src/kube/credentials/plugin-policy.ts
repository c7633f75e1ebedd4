import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, resolve } from 'node:path';

/** Which credential plugins a user lets run: `credentialPluginPolicy` and `credentialPluginAllowlist` of kuberc. */
export interface PluginPolicy {
  type: '' | 'AllowAll' | 'DenyAll' | 'Allowlist';
  /** Names on PATH, or paths. */
  allowed: readonly string[];
}

/** Of this process, as what plugins answered is: it holds for every cluster that is opened, whoever opens it. */
let inForce: PluginPolicy = { type: '', allowed: [] };

export function restrictPlugins(policy: PluginPolicy): void {
  inForce = policy;
}

/** Where programs are looked for. */
interface Place {
  env: Readonly<Record<string, string | undefined>>;
  cwd?: string | undefined;
}

/**
 * The program to run for a plugin's command. Under an allowlist it is the path that was compared, so that no other
 * program of that name can take its place.
 * @throws Error that says which policy refuses it
 */
export function permittedPlugin(command: string, place: Place): string {
  if (inForce.type === '' || inForce.type === 'AllowAll') return command;
  const refused = new Error(`plugin ${JSON.stringify(command)} not allowed: policy set to "${inForce.type}"`);
  if (inForce.type === 'DenyAll') throw refused;
  const program = programOf(command, place);
  const isAllowed = program !== undefined && inForce.allowed.some((name) => programOf(name, place) === program);
  if (!isAllowed) throw refused;
  return program;
}

/** The absolute path of a program as a shell finds it; undefined where there is none. */
function programOf(name: string, { env, cwd = process.cwd() }: Place): string | undefined {
  if (name === '') return undefined;
  const endings = process.platform === 'win32' ? ['', ...(env.PATHEXT ?? '.EXE;.CMD;.BAT').split(';')] : [''];
  // What is found by a part of PATH that depends on the folder is not to be trusted (Go, `exec.ErrDot`).
  const folders = /[\\/]/.test(name) ? [cwd] : (env.PATH ?? '').split(delimiter).filter((one) => isAbsolute(one));
  const found = folders.flatMap((folder) => endings.map((ending) => resolve(folder, `${name}${ending}`)));
  return found.find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
