import { joinLibraries } from '../functions.ts';
import { authorizers } from './authorizers.ts';
import { lists } from './lists.ts';
import { namedFormats } from './named-formats.ts';
import { networks } from './networks.ts';
import { operators } from './operators.ts';
import { optionals } from './optionals.ts';
import { quantities } from './quantities.ts';
import { standard } from './standard.ts';
import { strings } from './strings.ts';
import { jsonPatch, texts } from './texts.ts';
import { urls } from './urls.ts';
import { versions } from './versions.ts';

/** What a server of version 1.36 has (k8s.io/apiserver, pkg/cel/environment/base.go). */
const libraries = [
  operators,
  standard,
  strings,
  lists,
  texts,
  urls,
  optionals,
  networks,
  quantities,
  versions,
  namedFormats,
  authorizers,
];

export const functions = joinLibraries(libraries);

/** With what only mutating policies have. */
export const patchFunctions = joinLibraries([...libraries, jsonPatch]);
