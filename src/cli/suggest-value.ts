import { KctlError } from '../lib/errors.ts';
import { nearestName } from '../lib/nearest-name.ts';
import { type ContextParts, createContext, type OpenCluster } from './context.ts';

/**
 * What was most likely meant by a type or a format that there is not; only a terminal is told, and only by `kctl`.
 * Types are looked for in what the server says it has, which is on the disk by now.
 * @returns a line, or undefined where nothing is near
 */
export async function suggestValue(
  error: unknown,
  parts: ContextParts,
  open: OpenCluster | undefined,
): Promise<string | undefined> {
  if (!(error instanceof KctlError) || error.hint !== undefined) return undefined;
  const format = /unable to match a printer suitable for the output format "(.+?)", allowed formats are: (\S+)/.exec(
    error.message,
  );
  if (format) return asked(nearestName(format[1]!, format[2]!.split(',')));
  const type = /the server doesn't have a resource type "(.+?)"/.exec(error.message)?.[1];
  if (type === undefined) return undefined;
  try {
    const { discovery } = await createContext({ ...parts, commandPath: '' }, open).connect();
    const names = (await discovery.resources()).flatMap(({ plural, singular, shortNames }) => [
      plural,
      ...(singular ? [singular] : []),
      ...(shortNames ?? []).filter((name) => name.length > 2),
    ]);
    return asked(nearestName(type, [...new Set(names)]));
  } catch {
    return undefined;
  }
}

const asked = (near: string | undefined): string | undefined =>
  near === undefined ? undefined : `Did you mean "${near}"?`;
