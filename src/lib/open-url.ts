import { spawn } from 'node:child_process';

/** Programs that open a URL; never through a shell, which would read what the URL has in it. */
const openers: Partial<Record<NodeJS.Platform, readonly [program: string, ...args: string[]]>> = {
  darwin: ['open'],
  // `start` belongs to the shell of Windows; this is what it calls.
  win32: ['rundll32.exe', 'url.dll,FileProtocolHandler'],
};

/**
 * Opens a URL in the user's browser: `$BROWSER` where it names a program, else what the system has for it.
 * @throws Error where no such program can be started or it says that it could not
 */
export function openUrl(
  url: string,
  env: Record<string, string | undefined>,
  platform: NodeJS.Platform = process.platform,
): Promise<void> {
  const [program, ...args] = env.BROWSER ? [env.BROWSER] : (openers[platform] ?? ['xdg-open']);
  return new Promise((resolve, reject) => {
    const child = spawn(program!, [...args, url], { stdio: 'ignore', detached: true, env: env as NodeJS.ProcessEnv });
    child.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'ENOENT' ? new Error(`there is no ${program} here`) : error);
    });
    child.once('exit', (code) => {
      if (code) reject(new Error(`${program} ended with ${code}`));
    });
    child.once('spawn', () => {
      child.unref();
      // A browser that stays open is a browser that has opened.
      setTimeout(resolve, 1_000).unref();
      child.once('exit', (code) => code === 0 && resolve());
    });
  });
}
