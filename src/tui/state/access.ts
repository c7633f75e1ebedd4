import { groupResource } from '../../api/resource.ts';
import type { DashboardServices } from '../services.ts';
import type { ObjectRef } from '../views/view.ts';

/** One thing that a user may or may not do. */
export interface AccessQuestion {
  verb: string;
  /** `pods`, `deployments.apps`. */
  resource: string;
  subresource?: string;
  namespace: string | undefined;
}

/** What an action needs to be allowed. */
export interface Right {
  verb: string;
  /** Where it is not the object's own kind: `jobs.batch` for starting a cron job. */
  resource?: string;
  subresource?: string;
}

/** Whether `right` is there, for an object. */
export function questionOf({ verb, resource, subresource }: Right, ref: ObjectRef): AccessQuestion {
  const own = groupResource(ref.resource);
  return { verb, resource: resource ?? own, ...(subresource && { subresource }), namespace: ref.namespace };
}

/** `delete pods in shop`, `create pods/exec`. */
export function questionText({ verb, resource, subresource, namespace }: AccessQuestion): string {
  return `${verb} ${resource}${subresource ? `/${subresource}` : ''}${namespace ? ` in ${namespace}` : ''}`;
}

/**
 * What the user of one context may do. The server is asked once for each thing, and only when somebody
 * wants to know: nothing waits for it.
 */
export class Access {
  readonly #run: DashboardServices['run'];
  readonly #answers = new Map<string, boolean>();
  readonly #asked = new Map<string, Promise<boolean | undefined>>();

  constructor(run: DashboardServices['run']) {
    this.#run = run;
  }

  /** Undefined while it is not known. */
  known(question: AccessQuestion): boolean | undefined {
    return this.#answers.get(questionText(question));
  }

  /** @returns undefined where the server does not say */
  ask(question: AccessQuestion): Promise<boolean | undefined> {
    const key = questionText(question);
    const asked = this.#asked.get(key) ?? this.#ask(question, key);
    this.#asked.set(key, asked);
    return asked;
  }

  async #ask({ verb, resource, subresource, namespace }: AccessQuestion, key: string): Promise<boolean | undefined> {
    const { stdout } = await this.#run([
      ...['auth', 'can-i', verb, resource],
      ...(subresource ? [`--subresource=${subresource}`] : []),
      ...(namespace ? ['-n', namespace] : []),
    ]);
    const [word] = stdout.trim().split(/\s/);
    if (word !== 'yes' && word !== 'no') {
      // Another time the server may say.
      this.#asked.delete(key);
      return undefined;
    }
    this.#answers.set(key, word === 'yes');
    return word === 'yes';
  }
}

const bySession = new WeakMap<DashboardServices, Access>();

/** What is known of the user of `services`; shared by all views of the context. */
export function accessOf(services: DashboardServices): Access {
  const access = bySession.get(services) ?? new Access(services.run);
  bySession.set(services, access);
  return access;
}
