import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { isApiError } from '../../api/status.ts';
import type { LogBuffer } from '../../store/log-buffer.ts';
import type { Timing } from '../../store/timing.ts';
import type { DashboardServices, LogRequest } from '../services.ts';

export type FollowState =
  | { phase: 'connecting' | 'live' | 'ended' }
  | { phase: 'retrying'; error: Error }
  | { phase: 'failed'; error: Error };

const tailLines = 5000;
const retryDelays = [500, 1000, 2000, 5000];

/**
 * Follows the log of one container into a buffer. A broken connection is taken up again after the
 * last line that came, so nothing is lost or shown twice.
 */
export class LogFollower {
  readonly #services: Pick<DashboardServices, 'logs'>;
  readonly #timing: Timing;
  readonly #buffer: LogBuffer;
  readonly #request: Omit<LogRequest, 'signal' | 'sinceTime' | 'tailLines' | 'follow'>;
  readonly #onState: (state: FollowState) => void;
  readonly #abort = new AbortController();
  #lastTime = '';
  #attempt = 0;
  #timer: { cancel(): void } | undefined;
  #partial = '';

  constructor(
    services: Pick<DashboardServices, 'logs' | 'timing'>,
    buffer: LogBuffer,
    request: Omit<LogRequest, 'signal' | 'sinceTime' | 'tailLines' | 'follow'>,
    onState: (state: FollowState) => void,
  ) {
    this.#services = services;
    this.#timing = services.timing;
    this.#buffer = buffer;
    this.#request = request;
    this.#onState = onState;
    void this.#run();
  }

  async #run(): Promise<void> {
    if (this.#attempt === 0) this.#onState({ phase: 'connecting' });
    try {
      const stream = await this.#services.logs({
        ...this.#request,
        follow: !this.#request.previous,
        tailLines,
        signal: this.#abort.signal,
        ...(this.#lastTime ? { sinceTime: this.#lastTime } : {}),
      });
      this.#attempt = 0;
      this.#onState({ phase: 'live' });
      await this.#read(stream);
      if (!this.#abort.signal.aborted) this.#onState({ phase: 'ended' });
    } catch (error) {
      if (!this.#abort.signal.aborted) this.#retry(error as Error);
    }
  }

  #retry(error: Error): void {
    // Before the first line a failure is an answer (no such container, not started yet), not a broken connection.
    if (!this.#lastTime) this.#onState({ phase: 'failed', error });
    else this.#onState({ phase: 'retrying', error });
    if (this.#request.previous || isApiError(error, 'NotFound') || isApiError(error, 'Forbidden')) return;
    const delay = retryDelays[Math.min(this.#attempt++, retryDelays.length - 1)]!;
    this.#timer = this.#timing.after(delay, () => void this.#run());
  }

  async #read(stream: Readable): Promise<void> {
    const decoder = new StringDecoder('utf8');
    const resumeAfter = this.#lastTime;
    this.#partial = '';
    for await (const chunk of stream) {
      if (this.#abort.signal.aborted) return;
      this.#take(typeof chunk === 'string' ? chunk : decoder.write(chunk as Buffer), resumeAfter);
    }
    if (this.#partial) this.#take('\n', resumeAfter);
  }

  #take(text: string, resumeAfter: string): void {
    const lines = (this.#partial + text).split('\n');
    this.#partial = lines.pop()!;
    let out = '';
    for (const line of lines) {
      const time = line.slice(0, line.indexOf(' '));
      if (resumeAfter && time <= resumeAfter) continue;
      if (/^\d{4}-/.test(time)) this.#lastTime = time;
      out += `${line}\n`;
    }
    if (out) this.#buffer.write(out);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#abort.abort();
  }
}
