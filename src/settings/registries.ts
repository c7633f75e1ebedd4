import { KctlError } from '../lib/errors.ts';
import { readSettings, settingsFile } from './settings.ts';
import { flag, list, type Mistake, map, mistakesText, object, type ReadOf, text } from './shape.ts';

/** `registries` of settings.json. */
export const registriesShape = map(
  'Registries of images, by the host that names of images begin with (docker.io, ghcr.io, localhost:5000).',
  object('How one registry is reached.', {
    mirrors: list(
      'Addresses that are asked before the registry when images are pulled, in this order; the registry itself comes last.',
      text('https://HOST[:PORT][/PATH]; a path with /v2/ in it says all, to others it is added.', {
        of: /^https?:\/\/[^/?#@]+(\/[^?#]*)?$/,
        words: 'an address that begins with https:// or http://',
      }),
    ),
    insecure: flag('Its certificate is not looked at, and it may be spoken to without TLS. Default: false.'),
    plainHttp: flag('It is spoken to without TLS. Default: false; this machine is asked both ways.'),
  }),
);

export type RegistrySettings = ReadOf<typeof registriesShape>;

/** @throws KctlError `config` with all that is wrong */
export function readRegistrySettings(env: Record<string, string | undefined>): RegistrySettings {
  const { registries } = readSettings(env) as { registries?: unknown };
  if (registries === undefined) return {};
  const mistakes: Mistake[] = [];
  const read = registriesShape.read(registries, 'registries', (mistake) => mistakes.push(mistake));
  if (mistakes.length > 0) throw new KctlError('config', mistakesText(settingsFile(env), mistakes));
  return read ?? {};
}
