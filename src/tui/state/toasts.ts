import { KctlError } from '../../lib/errors.ts';
import { Observable } from '../../store/observable.ts';
import { systemTiming, type Timing } from '../../store/timing.ts';
import type { DashboardServices } from '../services.ts';
import { sayAssembled } from '../words/say.ts';

export interface Toast {
  id: number;
  kind: 'info' | 'error';
  text: string;
}

/** A failure as a message: what went wrong and, where it is known, what to do. */
export function failureText(error: unknown): string {
  const message = sayAssembled(error instanceof Error ? error.message : String(error));
  const hint = error instanceof KctlError && error.hint ? sayAssembled(error.hint) : undefined;
  return hint ? `${/[.!?]$/.test(message) ? message : `${message}.`} ${hint}` : message;
}

const lifeMs = { info: 4000, error: 8000 };

/** Short messages; the newest one is shown until its time is over or the next one comes. */
export class Toasts extends Observable<Toast | undefined> {
  readonly #timing: Timing;
  #timer: { cancel(): void } | undefined;
  #lastId = 0;

  constructor(timing: Timing = systemTiming) {
    super(undefined);
    this.#timing = timing;
  }

  show(kind: Toast['kind'], text: string): void {
    this.#timer?.cancel();
    this.publish({ id: ++this.#lastId, kind, text: sayAssembled(text) });
    this.#timer = this.#timing.after(lifeMs[kind], () => this.clear());
  }

  clear(): void {
    this.#timer?.cancel();
    this.publish(undefined);
  }
}

/** The messages of one dashboard, which its forwards have a voice in. */
export function toastsOf({ timing, forwards }: DashboardServices): Toasts {
  const toasts = new Toasts(timing);
  forwards?.desk.attach({ toast: (kind, text) => toasts.show(kind, text) });
  return toasts;
}
