import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { KctlError } from '../../../lib/errors.ts';
import { programPath } from '../../rootfs/host-tools.ts';
import type { SshKey } from './ssh-keys.ts';

/** An `ssh-agent` with some keys, for one build. */
export interface OwnAgent extends AsyncDisposable {
  /** A path on this machine. */
  socket: string;
}

/**
 * The shell ends the agent and takes its files away when its stdin ends: also when this process is killed. (ssh-agent
 * belongs to a group of its own on many systems, so the kernel would not end it with its parent.)
 */
const keeper = 'ssh-agent -D -a agent & agent=$!; cat > /dev/null; kill -9 "$agent"; cd / && rm -rf -- "$1"';

/** @throws KctlError `config` where there is no ssh-agent; `input` for what is no key */
export async function startOwnAgent(keys: readonly SshKey[]): Promise<OwnAgent> {
  const programs = ['ssh-agent', 'ssh-add'].filter((name) => programPath(name) === undefined);
  if (programs.length > 0) {
    throw new KctlError('config', `keys of files need ${programs.join(' and ')}, and this machine has none`, {
      hint: 'Install OpenSSH (apt-get install openssh-client), or give the socket of an agent: --ssh default.',
    });
  }
  const folder = mkdtempSync(join(tmpdir(), 'kctl-ssh-'));
  const path = process.env.PATH ?? '/usr/bin:/bin';
  const child = spawn('sh', ['-c', keeper, 'sh', folder], {
    ...{ cwd: folder, env: { PATH: path, LC_ALL: 'C' }, detached: true, stdio: ['pipe', 'pipe', 'ignore'] },
  });
  const agent = { socket: join(folder, 'agent'), [Symbol.asyncDispose]: () => end(child) };
  try {
    // It says where it listens.
    await Promise.race([once(child.stdout!, 'data'), failed(child)]);
    child.stdout!.resume();
    for (const key of keys) await add(key, folder, path);
    return agent;
  } catch (error) {
    await agent[Symbol.asyncDispose]();
    throw error;
  }
}

async function failed(child: ChildProcess): Promise<never> {
  await once(child, 'close');
  throw new KctlError('config', 'ssh-agent does not start');
}

async function end(child: ChildProcess): Promise<void> {
  const ended = child.exitCode === null && child.signalCode === null ? once(child, 'close') : undefined;
  child.stdin?.end();
  await ended;
}

/** By stdin, which it reads whoever may read the file, and in a session of its own: nobody is asked for a passphrase. */
async function add({ name, content }: SshKey, folder: string, path: string): Promise<void> {
  const child = spawn(programPath('ssh-add')!, ['-q', '-'], {
    env: { PATH: path, LC_ALL: 'C', SSH_AUTH_SOCK: 'agent', SSH_ASKPASS_REQUIRE: 'never' },
    ...{ cwd: folder, detached: true, stdio: ['pipe', 'ignore', 'pipe'] },
  });
  child.stdin!.on('error', () => {});
  child.stdin!.end(content);
  const [said, [code]] = await Promise.all([buffer(child.stderr!), once(child, 'close')]);
  if (code === 0) return;
  throw new KctlError('input', `failed to parse ${name}: ${said.toString().trim() || `ssh-add ended with ${code}`}`);
}
