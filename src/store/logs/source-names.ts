import type { KubeObject } from '../../api/meta.ts';
import type { LogContainer } from './log-source.ts';

/**
 * What a pod is called on a terminal: its name without the hash of the template, which says nothing to people
 * (`web-559b88546f-c4bcl` is `web-c4bcl`); the whole name where that is another pod's already.
 */
export class SourceNames {
  readonly #byName = new Map<string, string>();
  readonly #byUid = new Map<string, string>();

  shortName({ metadata }: KubeObject): string {
    const { name = '', namespace = '', uid = '', labels = {} } = metadata;
    const known = this.#byUid.get(uid);
    if (known !== undefined) return known;
    const hash = labels['pod-template-hash'];
    const short = hash ? name.replace(`-${hash}-`, '-') : name;
    const owner = this.#byName.get(`${namespace}/${short}`);
    const given = owner === undefined || owner === uid ? short : name;
    this.#byName.set(`${namespace}/${given}`, uid);
    this.#byUid.set(uid, given);
    return given;
  }
}

/** As kubectl's `--prefix`; with a namespace where there are several. */
export function plainPrefix({ context, namespace, pod, container }: LogContainer, isOfMany: boolean): string {
  return `[${context ? `${context}/` : ''}${isOfMany ? `${namespace}/` : ''}pod/${pod}/${container}] `;
}
