import type { Causes } from './causes.ts';
import { between, checkLocalPath, checkName, type Fields, isMissing, listAt } from './checks.ts';
import { dnsSubdomain } from './names.ts';

/** What a process may do, of a pod or of one container. Source: Kubernetes pkg/apis/core/validation. */

const maxId = 2 ** 31 - 1;

export function checkId(causes: Causes, path: string, value: unknown): void {
  if (typeof value === 'number' && (value < 0 || value > maxId)) causes.invalid(path, value, between(0, maxId));
}

const profileTypes = ['Localhost', 'RuntimeDefault', 'Unconfined'];

export function checkSeccomp(causes: Causes, at: string, profile: Fields | undefined): void {
  if (!profile) return;
  if (isMissing(profile.type)) causes.required(`${at}.type`, 'type is required when seccompProfile is set');
  else if (!profileTypes.includes(profile.type)) causes.notSupported(`${at}.type`, profile.type, profileTypes);
  const local = profile.localhostProfile;
  if (profile.type === 'Localhost') {
    if (local === undefined) causes.required(`${at}.localhostProfile`, 'must be set when seccomp type is Localhost');
    else checkLocalPath(causes, `${at}.localhostProfile`, local);
  } else if (local !== undefined) {
    const detail = 'can only be set when seccomp type is Localhost';
    causes.invalid(`${at}.localhostProfile`, profile, detail, 'core.SeccompProfile');
  }
}

export function checkAppArmor(causes: Causes, at: string, profile: Fields | undefined): void {
  if (!profile) return;
  const { type, localhostProfile: local } = profile;
  const path = `${at}.localhostProfile`;
  if (type === 'Localhost') {
    const missing = 'must be set when AppArmor type is Localhost';
    if (local === undefined) causes.required(path, missing);
    else if (local !== String(local).trim()) causes.invalid(path, local, 'must not be padded with whitespace');
    else if (local === '') causes.required(path, missing);
    if (String(local ?? '').length > 4095) causes.tooLong(path, 4095);
  } else if (isMissing(type)) causes.required(`${at}.type`, 'type is required when appArmorProfile is set');
  else if (!profileTypes.includes(type)) causes.notSupported(`${at}.type`, type, profileTypes);
  else if (local !== undefined) causes.invalid(path, local, 'can only be set when AppArmor type is Localhost');
}

const netBios = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/;
const domainPart = '[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?';
const dnsDomain = new RegExp(`^${domainPart}(?:\\.${domainPart})*$`);

export function checkWindowsOptions(causes: Causes, at: string, options: Fields | undefined): void {
  if (!options) return;
  const { gmsaCredentialSpecName, gmsaCredentialSpec, runAsUserName } = options;
  if (gmsaCredentialSpecName !== undefined) {
    checkName(causes, `${at}.gmsaCredentialSpecName`, gmsaCredentialSpecName, dnsSubdomain);
  }
  if (gmsaCredentialSpec === '') {
    causes.invalid(`${at}.gmsaCredentialSpec`, '', 'gmsaCredentialSpec cannot be an empty string');
  } else if (String(gmsaCredentialSpec ?? '').length > 64 * 1024) {
    causes.invalid(`${at}.gmsaCredentialSpec`, gmsaCredentialSpec, 'gmsaCredentialSpec size must be under 64 KiB');
  }
  if (runAsUserName !== undefined) checkWindowsUser(causes, `${at}.runAsUserName`, String(runAsUserName));
}

function checkWindowsUser(causes: Causes, path: string, name: string): void {
  const say = (what: string): void => causes.invalid(path, name, what);
  const parts = name.split('\\');
  if (name === '') say('runAsUserName cannot be an empty string');
  else if (/[\x00-\x1f\x7f]/.test(name)) say('runAsUserName cannot contain control characters');
  else if (parts.length > 2) say('runAsUserName cannot contain more than one backslash');
  else {
    const user = parts.at(-1)!;
    const domain = parts.length === 2 ? parts[0]! : undefined;
    if ((domain?.length ?? 0) >= 256) say("runAsUserName's Domain length must be under 256 characters");
    if (domain !== undefined && !netBios.test(domain) && !dnsDomain.test(domain)) {
      say("runAsUserName's Domain doesn't match the NetBios nor the DNS format");
    }
    if (user === '') say("runAsUserName's User cannot be empty");
    else if (user.length > 104) say("runAsUserName's User length must not be longer than 104 characters");
    if (/^[. ]+$/.test(user)) say("runAsUserName's User cannot contain only periods or spaces");
    if (/["/\\:;|=,+*?<>@[\]]/.test(user)) {
      say(`runAsUserName's User cannot contain the following characters: "/\\:;|=,+*?<>@[]`);
    }
  }
}

export function checkSecurityContext(
  causes: Causes,
  at: string,
  context: Fields | undefined,
  hostUsers: boolean,
): void {
  if (!context) return;
  checkId(causes, `${at}.runAsUser`, context.runAsUser);
  checkId(causes, `${at}.runAsGroup`, context.runAsGroup);
  const { procMount } = context;
  if (procMount !== undefined && procMount !== 'Default' && procMount !== 'Unmasked') {
    causes.notSupported(`${at}.procMount`, procMount, ['Default', 'Unmasked']);
  }
  if (procMount === 'Unmasked' && hostUsers) {
    causes.invalid(`${at}.procMount`, procMount, '`hostUsers` must be false to use `Unmasked`');
  }
  checkSeccomp(causes, `${at}.seccompProfile`, context.seccompProfile);
  if (context.allowPrivilegeEscalation === false) {
    const refuse = (what: string): void =>
      causes.invalid(
        at,
        context,
        `cannot set \`allowPrivilegeEscalation\` to false and ${what}`,
        'core.SecurityContext',
      );
    if (context.privileged) refuse('`privileged` to true');
    for (const name of listAt(context.capabilities, 'add') as unknown[]) {
      if (name === 'CAP_SYS_ADMIN') refuse('`capabilities.Add` CAP_SYS_ADMIN');
    }
  }
  checkWindowsOptions(causes, `${at}.windowsOptions`, context.windowsOptions);
  checkAppArmor(causes, `${at}.appArmorProfile`, context.appArmorProfile);
}
