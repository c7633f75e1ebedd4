import type { Page } from '../../../network/responders.ts';
import type { ContainerSpec } from '../../../runtime/container.ts';
import { imageName } from '../../../runtime/image-name.ts';
import { isSystemError } from '../fs/errors.ts';
import type { ContainerInstance } from './container.ts';

/** Where servers of files look, by the name of their image. */
const ROOTS: Readonly<Record<string, string>> = {
  nginx: '/usr/share/nginx/html',
  'nginx-slim': '/usr/share/nginx/html',
  httpd: '/usr/local/apache2/htdocs',
  caddy: '/usr/share/caddy',
};

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html',
  htm: 'text/html',
  css: 'text/css',
  js: 'application/javascript',
  json: 'application/json',
  txt: 'text/plain',
  svg: 'image/svg+xml',
  png: 'image/png',
};

/** Simulated servers say how they are there, whatever files they have. */
const HEALTH = new Set(['/healthz', '/livez', '/readyz']);

const trouble = (status: string): Page => ({
  type: 'text/html',
  status,
  body: `<html>\r\n<head><title>${status}</title></head>\r\n<body>\r\n<center><h1>${status}</h1></center>\r\n</body>\r\n</html>\r\n`,
});

/** True for a server whose files are served as they are. */
export const servesFiles = ({ image }: ContainerSpec): boolean => ROOTS[imageName(image)] !== undefined;

/** True where a volume is mounted at, above or below what the server serves. */
export function servesVolume({ image, volumeMounts }: ContainerSpec): boolean {
  const root = ROOTS[imageName(image)];
  if (root === undefined) return false;
  const mounts = (volumeMounts ?? []) as { mountPath: string }[];
  return mounts.some(({ mountPath }) => `${root}/`.startsWith(`${mountPath}/`) || mountPath.startsWith(`${root}/`));
}

/** What the files of a container have for a path; undefined where they are as the image left them. */
export function servedPage(instance: ContainerInstance, { image }: ContainerSpec, path: string): Page | undefined {
  const root = ROOTS[imageName(image)];
  if (root === undefined || path.includes('..')) return undefined;
  const files = instance.files();
  let name = root + decodePath(path).replace(/\/$/, '');
  const isFolder = files.find(name)?.type === 'directory';
  if (isFolder) name += '/index.html';
  const node = files.find(name);
  if (node?.type !== 'file') {
    if (HEALTH.has(path)) return undefined;
    return trouble(isFolder ? '403 Forbidden' : '404 Not Found');
  }
  try {
    const body = files.readFile(name);
    if (Buffer.from(body).toString() === instance.shape.files[name.slice(1)]) return undefined;
    return { type: TYPES[name.split('.').at(-1)!] ?? 'application/octet-stream', body: body.slice() };
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return trouble('403 Forbidden');
  }
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
