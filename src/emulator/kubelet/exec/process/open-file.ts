import { SystemError } from '../fs/errors.ts';
import { contentOf } from '../fs/nodes.ts';
import { Handle } from './handle.ts';
import type { Process } from './process.ts';

const CHUNK = 65_536;

/**
 * Opens a file for the process.
 * @throws SystemError
 */
export function openFile(process: Process, path: string, how: 'read' | 'write' | 'append' | 'both'): Handle {
  const { files } = process;
  const own = /^\/dev\/fd\/(\d+)$/.exec(path);
  if (own) {
    const handle = process.handles.get(Number(own[1]));
    if (!handle) throw new SystemError('ENOENT', path);
    return handle.share();
  }
  const known = files.find(path);
  if (known?.type === 'device') return openDevice(process, known.device, path);
  if (how === 'read') {
    const node = files.openForReading(path);
    let at = 0;
    // What is made when it is read is made once per opening.
    const made = node.type === 'file' && node.generate ? contentOf(node) : undefined;
    return new Handle({
      async read() {
        if (node.type === 'file' && node.stored) {
          const piece = node.stored(at, CHUNK);
          at += piece.length;
          return piece.length > 0 ? piece : undefined;
        }
        const bytes = made ?? (node.type === 'file' ? node.bytes.subarray(0, node.size) : new Uint8Array());
        if (at >= bytes.length) return undefined;
        // A copy: what is read must not change when the file does.
        const chunk = bytes.slice(at, at + CHUNK);
        at += chunk.length;
        return chunk;
      },
    });
  }
  const target = files.openForWriting(path, { truncate: how === 'write' });
  let at = 0;
  return new Handle({
    write(chunk) {
      at = files.write(target, chunk, how === 'append' && target.node.type === 'file' ? target.node.size : at);
    },
    ...(how === 'both'
      ? {
          async read() {
            if (target.node.type !== 'file' || at >= target.node.size) return undefined;
            const chunk = target.node.bytes.slice(at, Math.min(at + CHUNK, target.node.size));
            at += chunk.length;
            return chunk;
          },
        }
      : {}),
  });
}

function openDevice(process: Process, device: string, path: string): Handle {
  const same = { stdin: 0, stdout: 1, stderr: 2 }[device];
  if (same !== undefined) {
    const handle = process.handles.get(same);
    if (!handle) throw new SystemError('ENOENT', path);
    return handle.share();
  }
  if (device === 'tty') {
    const terminal = [...process.handles.values()].find(({ isTty }) => isTty);
    if (!terminal) throw new SystemError('ENOENT', path);
    return terminal.share();
  }
  const fill: Readonly<Record<string, () => Uint8Array>> = {
    zero: () => new Uint8Array(CHUNK),
    full: () => new Uint8Array(CHUNK),
    random: () => Uint8Array.from({ length: 1024 }, () => Math.floor(process.host.random() * 256)),
  };
  return new Handle({
    read: async () => fill[device]?.(),
    write() {
      if (device === 'full') throw new SystemError('ENOSPC', path);
    },
  });
}
