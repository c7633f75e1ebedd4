import { executeTemplate } from '../../../lib/go-template/execute.ts';
import type { TemplateFunctions } from '../../../lib/go-template/functions.ts';
import { type ParsedTemplate, parseTemplate } from '../../../lib/go-template/parse.ts';
import { parseFirstYamlDocument, toYaml } from '../../../lib/yaml.ts';
import { sprigFunctions } from './template-functions.ts';

/** What templates may ask of the cluster; times are RFC 3339. */
export interface TemplateWorld {
  now: () => string;
  startTime: string;
  /** Uniform in [0, 1). */
  random: () => number;
  /** A node's addresses; undefined: of the node that is looked at. */
  nodeIPs: (node: string | undefined) => readonly string[];
  nodeName: () => string;
  podIPs: (node: string, uid: string) => readonly string[];
}

/** Where the kubelet of every simulated node listens. */
const KUBELET_PORT = 10_250;
/** The version of kwok whose Stages are played; in the names of what they report. */
const VERSION = 'v0.8.0';

/** What a node reports of itself (kwok, gotpl/funcs.go). */
const nodeConditions = [
  ['Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'],
  ['MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
  ['DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  ['PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
  ['NetworkUnavailable', 'False', 'RouteCreated', 'RouteController created a route'],
].map(([type, status, reason, message]) => ({ type, status, reason, message }));

function quoted(value: unknown): string {
  const json = JSON.stringify(value ?? null);
  return json.startsWith('"') ? json : JSON.stringify(json);
}

function yamlText(value: unknown, levels: unknown): string {
  const text = toYaml(value);
  const pad = typeof levels === 'number' && levels > 0 ? ' '.repeat(levels * 2) : undefined;
  return pad === undefined ? text : `\n${text}`.replaceAll('\n', `\n${pad}`);
}

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz';
const drawn = (letters: string, random: () => number, count: unknown): string =>
  Array.from({ length: Math.min(Number(count) || 0, 1000) }, () => letters[Math.floor(random() * letters.length)]).join(
    '',
  );

function functionsOf(world: TemplateWorld): TemplateFunctions {
  const first = (all: readonly string[]): string => all[0] ?? '';
  const podIPs = (node: unknown, hostNetwork: unknown, uid: unknown): readonly string[] =>
    hostNetwork ? world.nodeIPs(String(node)) : world.podIPs(String(node), String(uid));
  return {
    ...sprigFunctions,
    Quote: quoted,
    Now: () => world.now(),
    StartTime: () => world.startTime,
    YAML: yamlText,
    Version: () => VERSION,
    NodeConditions: () => nodeConditions,
    NodeIP: () => first(world.nodeIPs(undefined)),
    NodeIPWith: (node) => first(world.nodeIPs(String(node))),
    NodeIPs: () => world.nodeIPs(undefined),
    NodeIPsWith: (node) => world.nodeIPs(String(node)),
    NodeName: () => world.nodeName(),
    NodePort: () => KUBELET_PORT,
    PodIPWith: (node, hostNetwork, uid) => first(podIPs(node, hostNetwork, uid)),
    PodIPsWith: podIPs,
    now: () => world.now(),
    randAlpha: (count) => drawn(ALPHABET + ALPHABET.toUpperCase(), world.random, count),
    randNumeric: (count) => drawn('0123456789', world.random, count),
    randAlphaNum: (count) => drawn(`${ALPHABET}${ALPHABET.toUpperCase()}0123456789`, world.random, count),
    randInt: (from, to) => Number(from) + Math.floor(world.random() * (Number(to) - Number(from))),
  };
}

/** Fills templates of stages and reads what comes out as YAML. */
export class Templates {
  readonly #functions: TemplateFunctions;
  readonly #parsed = new Map<string, ParsedTemplate>();

  constructor(world: TemplateWorld) {
    this.#functions = functionsOf(world);
  }

  /** @throws TemplateError in Go's words, KctlError where no YAML comes out */
  render(template: string, object: unknown): unknown {
    const text = template.trim();
    let parsed = this.#parsed.get(text);
    if (!parsed) {
      parsed = parseTemplate(text, this.#functions);
      this.#parsed.set(text, parsed);
    }
    const filled = executeTemplate(parsed, object, { allowMissingKeys: true, functions: this.#functions });
    return parseFirstYamlDocument(filled, 'template') ?? {};
  }

  /** Templates of stages that are gone need no room. */
  clear(): void {
    this.#parsed.clear();
  }
}
