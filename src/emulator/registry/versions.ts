import type { KubeObject, ManagedFieldsEntry } from '../../api/meta.ts';
import { apiVersionOf } from '../../api/resource.ts';
import { type OtherVersions, type StructuralSchema, typedProblem, UntypedError } from '../../api/server-side-apply.ts';
import { atVersion } from '../crd/conversion.ts';
import type { CustomResource } from '../crd/custom-resource.ts';
import type { ServedResource } from './catalog.ts';
import { toServed, toStored } from './convert.ts';
import type { Machine, Outcome } from './machine.ts';

/**
 * The other versions of a resource, for owners who know it in one of them. Undefined where nobody does.
 * `convert` throws ConversionNeeded where a webhook has to be asked, and UntypedError for what has
 * fields that the other version does not know.
 */
export function otherVersions(
  machine: Machine,
  resource: ServedResource,
  entries: readonly ManagedFieldsEntry[] | undefined,
): OtherVersions | undefined {
  const own = apiVersionOf(resource);
  if (!entries?.some(({ apiVersion }) => apiVersion !== own)) return undefined;
  const at = (apiVersion: string): ServedResource | undefined =>
    machine.catalog.all().find((one) => one.storage === resource.storage && apiVersionOf(one) === apiVersion);
  return {
    convert(object: KubeObject, apiVersion: string) {
      const [from, to] = [at(object.apiVersion), at(apiVersion)];
      if (!from || !to) return undefined;
      return to.custom ? customAt(machine, from, to, object) : toServed(toStored(object, from), to);
    },
    schema: (apiVersion) => at(apiVersion)?.custom?.schema as StructuralSchema | undefined,
  };
}

/** By way of the stored version, and with all fields that it has there. */
function customAt(machine: Machine, from: ServedResource, to: ServedResource, object: KubeObject): KubeObject {
  const apiVersion = apiVersionOf(to);
  const result = from.custom?.conversion
    ? asked(machine, from, asked(machine, from, object, from.storageVersion), apiVersion)
    : { ...object, apiVersion };
  const problem = typedProblem(result, to.custom?.schema as StructuralSchema);
  if (problem) throw new UntypedError(problem);
  return result;
}

/** A webhook has to be asked before this can go on; to be done again once `start` is done. */
class ConversionNeeded extends Error {
  readonly start: () => Promise<void>;

  constructor(start: () => Promise<void>) {
    super('nobody was asked to convert yet');
    this.start = start;
  }
}

/** What webhooks made of objects a moment ago, by definition; an error where they did not. */
const answers = new WeakMap<CustomResource, Map<string, KubeObject | Error>>();
const MOST_ANSWERS = 64;

function asked(machine: Machine, resource: ServedResource, object: KubeObject, apiVersion: string): KubeObject {
  if (object.apiVersion === apiVersion) return object;
  const known = answers.get(resource.custom!) ?? new Map<string, KubeObject | Error>();
  answers.set(resource.custom!, known);
  const key = `${apiVersion} ${JSON.stringify(object)}`;
  const answer = known.get(key);
  if (answer instanceof Error) throw new UntypedError(answer.message);
  if (answer) return answer;
  throw new ConversionNeeded(async () => {
    if (known.size >= MOST_ANSWERS) known.delete(known.keys().next().value!);
    try {
      known.set(key, await atVersion(machine, resource, object, apiVersion));
    } catch (error) {
      known.set(key, error as Error);
    }
  });
}

/** Runs what may need objects in versions that only a webhook can tell, as often as that takes. */
export function withConversions<T>(run: () => Outcome<T>): Outcome<T> {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof ConversionNeeded)) throw error;
    return error.start().then(() => withConversions(run));
  }
}
