import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';

/** Where git keeps its server; undefined where the machine has none. */
const backend = (): string | undefined => {
  const { stdout, status } = spawnSync('git', ['--exec-path'], { encoding: 'utf8' });
  const file = join((stdout ?? '').trim(), 'git-http-backend');
  return status === 0 && existsSync(file) ? file : undefined;
};

export const hasGitServer = backend() !== undefined;

/** Repositories in a folder that goes again, served by `git http-backend` on the loopback interface. */
export class GitServer implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'kctl-git-test-'));
  /** Without `/` at the end. */
  url = '';
  /** What was asked for: `POST /r.git/git-upload-pack`. */
  readonly asked: string[] = [];
  /** Where set, nobody is let in without it. */
  authorization: string | undefined;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer(async (request, response) => {
      const url = new URL(request.url!, 'http://x');
      this.asked.push(`${request.method} ${url.pathname}`);
      if (this.authorization !== undefined && request.headers.authorization !== this.authorization) {
        response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
        return;
      }
      const child = spawn(backend()!, [], {
        env: {
          ...{ PATH: process.env.PATH, GIT_PROJECT_ROOT: this.folder, GIT_HTTP_EXPORT_ALL: '1' },
          ...{ PATH_INFO: url.pathname, QUERY_STRING: url.search.slice(1), REQUEST_METHOD: request.method },
          ...{ CONTENT_TYPE: request.headers['content-type'] ?? '', REMOTE_ADDR: '127.0.0.1' },
          ...(request.headers['content-encoding'] ? { HTTP_CONTENT_ENCODING: 'gzip' } : {}),
          GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
        },
      });
      child.stdin.on('error', () => {});
      child.stdin.end(await buffer(request));
      const out = await buffer(child.stdout);
      const end = out.indexOf('\r\n\r\n');
      for (const line of out.subarray(0, end).toString().split('\r\n')) {
        const [, name = '', value = ''] = /^([^:]+): *(.*)$/.exec(line) ?? [];
        if (name.toLowerCase() === 'status') response.statusCode = Number.parseInt(value, 10);
        else if (name) response.setHeader(name, value);
      }
      response.end(out.subarray(end + 4));
    });
  }

  static async start(): Promise<GitServer> {
    const server = new GitServer();
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    server.url = `http://127.0.0.1:${(server.#server.address() as AddressInfo).port}`;
    return server;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** git in a repository of this server. */
  git(repository: string, ...args: string[]): string {
    const { stdout, stderr, status } = spawnSync('git', ['-C', join(this.folder, repository), ...args], {
      encoding: 'utf8',
      env: {
        ...{ PATH: process.env.PATH, HOME: this.folder, GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C' },
        ...{ GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@a', GIT_AUTHOR_DATE: '1000000000 +0000' },
        ...{ GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@a', GIT_COMMITTER_DATE: '1000000000 +0000' },
      },
    });
    if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
    return stdout.trim();
  }

  /** Writes files (`-> x`: a link) and commits them; the repository is made where it is not there. */
  commit(repository: string, files: Readonly<Record<string, string>>): string {
    const root = join(this.folder, repository);
    if (!existsSync(root)) {
      mkdirSync(root);
      this.git(repository, 'init', '-q', '-b', 'main');
      this.git(repository, 'config', 'http.getanyfile', 'true');
    }
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      if (content.startsWith('-> ')) symlinkSync(content.slice(3), join(root, name));
      else writeFileSync(join(root, name), content, { mode: content.startsWith('#!') ? 0o755 : 0o600 });
    }
    this.git(repository, 'add', '-A', '.');
    this.git(repository, 'commit', '-q', '-m', 'more');
    return this.git(repository, 'rev-parse', 'HEAD');
  }
}
