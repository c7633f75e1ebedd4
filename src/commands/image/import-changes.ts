import { KctlError } from '../../lib/errors.ts';
import type { RunConfig } from '../../oci/store/read-image.ts';

type Change = (config: RunConfig, value: string) => void;

/** The instructions that say how containers run (Dockerfile reference). */
const changes: Readonly<Record<string, Change>> = {
  CMD: (config, value) => {
    config.Cmd = commandLine(value);
  },
  ENTRYPOINT: (config, value) => {
    config.Entrypoint = commandLine(value);
  },
  ENV: (config, value) => {
    for (const [name, text] of pairs(value)) {
      config.Env = [...(config.Env ?? []).filter((entry) => !entry.startsWith(`${name}=`)), `${name}=${text}`];
    }
  },
  EXPOSE: (config, value) => {
    for (const port of words(value)) {
      config.ExposedPorts = { ...config.ExposedPorts, [port.includes('/') ? port : `${port}/tcp`]: {} };
    }
  },
  LABEL: (config, value) => {
    config.Labels = { ...config.Labels, ...Object.fromEntries(pairs(value)) };
  },
  STOPSIGNAL: (config, value) => {
    config.StopSignal = value;
  },
  USER: (config, value) => {
    config.User = value;
  },
  VOLUME: (config, value) => {
    const paths = jsonTexts(value) ?? words(value);
    config.Volumes = { ...config.Volumes, ...Object.fromEntries(paths.map((path) => [path, {}])) };
  },
  WORKDIR: (config, value) => {
    config.WorkingDir = value.startsWith('/') ? value : `${config.WorkingDir ?? ''}/${value}`;
  },
};

/** @throws KctlError `usage` for what is no such instruction */
export function readChanges(lines: readonly string[]): RunConfig {
  const config: RunConfig = {};
  for (const line of lines) {
    const [, word = '', value = ''] = /^\s*(\S+)\s+(.*?)\s*$/s.exec(line) ?? [];
    const name = word.toUpperCase();
    const change = Object.hasOwn(changes, name) ? changes[name] : undefined;
    if (!change || value === '') {
      throw new KctlError('usage', `${JSON.stringify(line)} is no instruction that an image can be changed with`, {
        hint: `There are: ${Object.keys(changes).join(', ')}`,
      });
    }
    change(config, value);
  }
  return config;
}

/** The list of a JSON form, or the shell that runs the text. */
function commandLine(value: string): string[] {
  return jsonTexts(value) ?? ['/bin/sh', '-c', value];
}

function jsonTexts(value: string): string[] | undefined {
  if (!value.startsWith('[')) return undefined;
  try {
    const list: unknown = JSON.parse(value);
    return Array.isArray(list) && list.every((item) => typeof item === 'string') ? list : undefined;
  } catch {
    return undefined;
  }
}

/** `a=b c="d e"`, or the older `NAME the rest`. */
function pairs(value: string): [string, string][] {
  const [first = '', ...rest] = words(value);
  if (!first.includes('=')) return [[first, rest.join(' ')]];
  return [first, ...rest].map((word) => {
    const at = word.indexOf('=');
    if (at <= 0) throw new KctlError('usage', `${JSON.stringify(word)} must be NAME=VALUE`);
    return [word.slice(0, at), word.slice(at + 1)];
  });
}

/** Words at blanks, without the quotes around and in them. */
function words(value: string): string[] {
  const parts = value.match(/(?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"'\\])+/g) ?? [];
  return parts.map((part) =>
    part.replace(/"((?:\\.|[^"\\])*)"|'([^']*)'|\\(.)/g, (_all, double, single, escaped) =>
      double !== undefined ? double.replace(/\\(.)/g, '$1') : (single ?? escaped),
    ),
  );
}
