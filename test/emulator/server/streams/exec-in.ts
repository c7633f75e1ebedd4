import { PassThrough, Writable } from 'node:stream';
import { Exec, type KubeConfig, type V1Status } from '@kubernetes/client-node';

/** Keeps what is written to it. */
export class Kept extends Writable {
  readonly chunks: Buffer[] = [];
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.chunks.push(Buffer.from(chunk));
    done();
  }
  get text(): string {
    return Buffer.concat(this.chunks).toString();
  }
}

/** Runs a command in the container `app` of the pod `web` by the client library of Node, to its end. */
export async function execIn(config: KubeConfig, command: string[], input?: string) {
  const [out, err] = [new Kept(), new Kept()];
  const stdin = input === undefined ? null : new PassThrough();
  const status = await new Promise<V1Status>((resolve, reject) => {
    new Exec(config).exec('default', 'web', 'app', command, out, err, stdin, false, resolve).catch(reject);
    stdin?.end(input);
  });
  return { status, out: out.text, err: err.text };
}
