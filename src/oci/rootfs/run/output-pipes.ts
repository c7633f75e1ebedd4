import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { runTool } from '../host-tools.ts';

/** Ends of a pipe: what a program writes to, and what comes out. */
interface OutputPipe {
  /** A descriptor, to be closed when the program has it. */
  write: number;
  read: Socket;
}

/**
 * Real pipes for what a program writes. Those that Node makes are sockets, and a socket cannot be opened again: scripts
 * that write to /dev/stdout would fail.
 */
export async function outputPipes(folder: string, mkfifo: string): Promise<[OutputPipe, OutputPipe]> {
  const place = mkdtempSync(join(folder, 'pipes-'));
  try {
    const files = ['stdout', 'stderr'].map((name) => join(place, name));
    // Whoever runs inside may write to it by its name, too.
    await runTool([mkfifo, '-m', '622', ...files]);
    return [open(files[0]!), open(files[1]!)];
  } finally {
    rmSync(place, { recursive: true });
  }
}

function open(file: string): OutputPipe {
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const write = openSync(file, constants.O_WRONLY);
    return { write, read: new Socket({ fd: descriptor, readable: true, writable: false }) };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/** When everybody who could write to it has ended. */
export function endOfOutput({ read }: OutputPipe): Promise<void> {
  return new Promise((resolve) => {
    read.once('close', () => resolve());
    read.on('error', () => {});
  });
}
