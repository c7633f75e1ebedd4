import { createReadStream } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { extname, join, relative, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.gif': 'image/gif',
  '.htm': 'text/html; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.xml': 'text/xml; charset=utf-8',
};

/** Answers with a file below `root`, the index of a folder, or a list of what is in it. Nothing outside is read. */
export async function serveFile(root: string, path: string, isHead: boolean, response: ServerResponse): Promise<void> {
  const found = await locate(root, path);
  if (!found) return plain(response, 404, '404 page not found\n');
  if (found.isDirectory) {
    if (!path.endsWith('/') && path !== '') {
      response.writeHead(301, { location: `${path.slice(path.lastIndexOf('/') + 1)}/` }).end();
      return;
    }
    const index = await locate(root, `${path}/index.html`);
    if (index && !index.isDirectory) return sendFile(index.path, index.size, isHead, response);
    return sendList(found.path, isHead, response);
  }
  await sendFile(found.path, found.size, isHead, response);
}

async function locate(root: string, path: string) {
  if (path.includes('\0')) return undefined;
  const place = resolve(join(root, join('/', path)));
  const [home, real] = await Promise.all([realpath(root), realpath(place)]).catch(() => []);
  if (home === undefined || real === undefined) return undefined;
  const way = relative(home, real);
  if (way === '..' || way.startsWith(`..${sep}`)) return undefined;
  const facts = await stat(real);
  if (!facts.isDirectory() && !facts.isFile()) return undefined;
  return { path: real, size: facts.size, isDirectory: facts.isDirectory() };
}

async function sendFile(path: string, size: number, isHead: boolean, response: ServerResponse): Promise<void> {
  const type = types[extname(path).toLowerCase()] ?? 'application/octet-stream';
  response.writeHead(200, { 'content-type': type, 'content-length': size });
  if (isHead) response.end();
  else await pipeline(createReadStream(path), response).catch(() => response.destroy());
}

async function sendList(path: string, isHead: boolean, response: ServerResponse): Promise<void> {
  const entries = await readdir(path, { withFileTypes: true });
  const names = entries.map((entry) => `${entry.name}${entry.isDirectory() ? '/' : ''}`).sort();
  const lines = names.map(
    (name) => `<a href="${encodeURI(name).replace(/[?#"]/g, encodeURIComponent)}">${html(name)}</a>\n`,
  );
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
  response.end(isHead ? '' : `<pre>\n${lines.join('')}</pre>\n`);
}

const html = (text: string) => text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);

export function plain(response: ServerResponse, code: number, text: string): void {
  response
    .writeHead(code, { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' })
    .end(text);
}
