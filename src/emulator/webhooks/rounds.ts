import type { KubeObject } from '../../api/meta.ts';
import { deepCopy } from '../registry/copy.ts';
import { jsonEqual } from '../registry/equal.ts';
import type { AdmissionRequest } from '../registry/machine.ts';

/**
 * Who is asked in the second round: those of policy IfNeeded whose object somebody changed after they
 * had seen it (admission/plugin/webhook/mutating/reinvocationcontext.go).
 */
export class Rounds {
  readonly #asked = new Set<string>();
  readonly #due = new Set<string>();
  #output: KubeObject | undefined;

  /** To be called when a round begins: what others changed since the last one counts for all. */
  begin({ again, object }: AdmissionRequest): void {
    if (again && !jsonEqual(this.#output, object)) this.#moveToDue();
  }

  mayAsk({ again }: AdmissionRequest, uid: string): boolean {
    return !again || this.#due.has(uid);
  }

  /** The object was changed: by the one that is being asked. */
  changed(request: AdmissionRequest): void {
    this.#moveToDue();
    request.reinvoke = !request.again;
  }

  asked(uid: string): void {
    this.#asked.add(uid);
  }

  end({ object }: AdmissionRequest): void {
    this.#output = deepCopy(object);
  }

  #moveToDue(): void {
    for (const uid of this.#asked) this.#due.add(uid);
    this.#asked.clear();
  }
}

/** One for each kind of asker and request. */
export function roundsOf(known: WeakMap<AdmissionRequest, Rounds>, request: AdmissionRequest): Rounds {
  let rounds = known.get(request);
  if (!rounds) {
    rounds = new Rounds();
    known.set(request, rounds);
  }
  return rounds;
}
