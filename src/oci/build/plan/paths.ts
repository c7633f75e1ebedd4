import { posix } from 'node:path';

/** A path of the image as one that begins with `/`; a `/` at the end is kept, and `.` is one. */
export function absolute(cwd: string, path: string): string {
  const isFolder = /(^|\/)\.?$/.test(path);
  const whole = posix.resolve('/', cwd, path);
  return isFolder && whole !== '/' ? `${whole}/` : whole;
}

/** Without `/` at both ends, and without a way out: `..` above the root stays there. */
export function belowRoot(path: string): string {
  return posix.resolve('/', path).slice(1);
}
