import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { KctlError } from '../../../lib/errors.ts';
import { programPath } from '../../rootfs/host-tools.ts';
import { answerIn } from '../../rootfs/run/answered-socket.ts';
import { withoutPassword } from './git-address.ts';

/** Ways to a repository, also to those that a repository names (submodules): none to this machine's files or programs. */
const PROTOCOLS = 'http:https:git:ssh';

/** What of the user's environment git gets: how to go out, and keys that an agent holds. */
const KEPT = /^(PATH|TMPDIR|SSH_AUTH_SOCK|(https?|no|all)_proxy|SSL_CERT_(FILE|DIR)|GIT_SSL_CAINFO|SystemRoot)$/i;

export interface GitRoom {
  /** A folder for nothing else. */
  home: string;
  signal: AbortSignal;
  env: Readonly<Record<string, string | undefined>>;
  /** `Authorization` for a server, where there is one: address of the server, and value. */
  header?: { server: string; value: string } | undefined;
  /** Answers as an SSH agent, in place of that of the environment. */
  agent?: ((client: Socket) => void) | undefined;
}

/**
 * Runs the machine's git so that neither the user's settings nor the repository can make it run another program, ask
 * somebody, or read files of this machine.
 * @returns standard output
 * @throws KctlError `input` where there is no git; GitFailure where it fails; the signal's reason
 */
export async function git(args: readonly string[], { home, signal, env, header, agent }: GitRoom): Promise<string> {
  const program = programPath('git', env['PATH']);
  if (program === undefined) {
    throw new KctlError('input', 'git is not installed, and repositories are fetched with it', {
      hint: 'Install git, or clone the repository into the build context.',
    });
  }
  signal.throwIfAborted();
  const settings = [
    ['core.hooksPath', '/dev/null'],
    ['core.fsmonitor', 'false'],
    ['core.askPass', ''],
    ['credential.helper', ''],
    ['init.defaultBranch', 'master'],
    ['advice.detachedHead', 'false'],
    ['gc.auto', '0'],
    ...(header ? [[`http.${header.server}.extraHeader`, `Authorization: ${header.value}`]] : []),
  ];
  await using answered = agent && (await answerIn(home, agent));
  const child = spawn(program, [...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Helpers that it starts end with it.
    detached: true,
    cwd: home,
    env: {
      ...Object.fromEntries(Object.entries(env).filter(([name]) => KEPT.test(name))),
      ...{ HOME: home, XDG_CONFIG_HOME: home, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' },
      ...{ GIT_TERMINAL_PROMPT: '0', GIT_ALLOW_PROTOCOL: PROTOCOLS, LC_ALL: 'C' },
      GIT_SSH_COMMAND: 'ssh -o BatchMode=yes',
      ...(answered ? { SSH_AUTH_SOCK: answered.shortFile } : {}),
      // By the environment: what stands on a command line can be seen by everybody on the machine.
      GIT_CONFIG_COUNT: String(settings.length),
      ...Object.fromEntries(
        settings.flatMap(([key, value], index) => [
          [`GIT_CONFIG_KEY_${index}`, key],
          [`GIT_CONFIG_VALUE_${index}`, value],
        ]),
      ),
    },
  });
  const stop = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    const [out, messages, code] = await Promise.all([textOf(child.stdout), textOf(child.stderr), ended]);
    signal.throwIfAborted();
    if (code !== 0) throw new GitFailure(messages);
    return out;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** What ssh says of who is not let in, by whichever side. */
const REFUSED = /^(Host key verification failed|No .* host key is known|.*Permission denied \()/i;

/** git's own words, without passwords. */
export class GitFailure extends Error {
  /** What to do about it. */
  readonly hint: string | undefined;

  constructor(messages: string) {
    const lines = messages
      .split('\n')
      .map((line) => withoutPasswords(line).trim())
      .filter((line) => line !== '' && !/^(hint:|From |warning: redirecting)/i.test(line));
    const fatal = lines.filter((line) => /^(fatal|error|remote|ssh):/i.test(line) || REFUSED.test(line));
    const said = (fatal.length > 0 ? fatal : lines).join('; ');
    super(said.replace(/\.?(^|; )fatal: /g, '$1') || 'git failed');
    this.hint = hints.find(([said]) => said.test(messages))?.[1];
  }
}

const hints: readonly [said: RegExp, hint: string][] = [
  [
    /Host key verification failed/,
    'Its key has to be in your known_hosts: connect once with ssh, and compare what it shows.',
  ],
  [/Permission denied \(/, 'Give it a key that the host knows: --ssh default, or --ssh default=KEY.'],
];

const withoutPasswords = (line: string): string => line.replace(/[a-z][a-z0-9+.-]*:\/\/[^\s'"]+/gi, withoutPassword);
