// Writes src/api/facts/types.ts from two descriptions of the API's types:
//   node scripts/facts/types.mjs TYPES_JSON
// TYPES_JSON holds the Go declarations (`group/version.Type` with field, Go type, patch and list
// markers). The models of @kubernetes/client-node say which fields the release that kctl speaks for
// has and which of them are required. What neither knows is in ./corrections.mjs.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { atomicStructs, corrections, extraTypes, roots } from './corrections.mjs';

const [input] = process.argv.slice(2);
if (!input) {
  console.error('usage: node scripts/facts/types.mjs TYPES_JSON');
  process.exit(2);
}
const declared = { ...JSON.parse(readFileSync(input, 'utf8')), ...extraTypes };
const models = join(dirname(createRequire(import.meta.url).resolve('@kubernetes/client-node')), 'gen', 'models');
const output = new URL('../../src/api/facts/types.ts', import.meta.url);

const packages = {
  metav1: 'meta/v1',
  corev1: 'core/v1',
  apiv1: 'core/v1',
  v1: 'core/v1',
  authenticationv1: 'authentication/v1',
};
const scalars = {
  string: 's',
  int32: 'i',
  int64: 'l',
  int: 'i',
  float64: 'f',
  bool: 'b',
  'struct{}': '*',
  'types.UID': 's',
  'types.NodeName': 's',
  'types.NamespacedName': 's',
  'resource.Quantity': 'q',
  'intstr.IntOrString': 'x',
  'metav1.Time': 't',
  'metav1.MicroTime': 'u',
  'metav1.Duration': 's',
  'runtime.RawExtension': '*',
  'metav1.FieldsV1': '*',
};

/** A Go type in the table's notation: a letter for a scalar, `[]` and `{}` in front, or the name of a type. */
function compact(go, home) {
  if (go.startsWith('*')) return compact(go.slice(1), home);
  if (go === '[]byte') return 'y';
  if (go.startsWith('[]')) return `[]${compact(go.slice(2), home)}`;
  const map = /^map\[[^\]]*\](.+)$/.exec(go);
  if (map) return `{}${compact(map[1], home)}`;
  if (scalars[go]) return scalars[go];
  const [prefix, name] = go.includes('.') ? go.split('.') : [undefined, go];
  const id = `${prefix ? (packages[prefix] ?? `${prefix}?`) : home}.${name}`;
  if (id === 'meta/v1.Time') return 't';
  if (id === 'meta/v1.MicroTime') return 'u';
  if (corrections[id] === '*' || id === 'meta/v1.FieldsV1') return '*';
  const type = declared[id];
  if (!type) throw new Error(`${id} is not declared (wanted by ${home})`);
  return type.alias ? compact(type.alias, id.slice(0, id.lastIndexOf('.'))) : id;
}

async function model(id) {
  const [home, name] = [id.slice(0, id.lastIndexOf('.')), id.slice(id.lastIndexOf('.') + 1)];
  const [group, version] = home.split('/');
  const cap = (s) => s[0].toUpperCase() + s.slice(1);
  for (const candidate of [`${cap(group)}${cap(version)}${name}`, `${cap(version)}${name}`]) {
    const file = join(models, candidate);
    try {
      const text = readFileSync(`${file}.d.ts`, 'utf8');
      const optional = new Map([...text.matchAll(/^ {4}'([^']+)'(\??):/gm)].map((m) => [m[1], m[2] === '?']));
      const { attributeTypeMap } = Object.values(await import(pathToFileURL(`${file}.js`).href))[0];
      return new Map(
        attributeTypeMap.map((a) => [
          a.baseName,
          { optional: optional.get(a.name) ?? true, type: a.type, format: a.format },
        ]),
      );
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
  }
  return undefined;
}

const dropped = [];

/** Fields of a type with embedded ones folded in; TypeMeta becomes the mark `@`. */
function fieldsOf(id, known) {
  const home = id.slice(0, id.lastIndexOf('.'));
  const fields = new Map();
  for (const [name, field] of Object.entries({ ...declared[id].fields, ...corrections[id] })) {
    if (field === null) {
      known?.delete(name);
      continue;
    }
    if (name === '' || name.startsWith('<')) {
      if (field.type.endsWith('TypeMeta')) fields.set('@', undefined);
      else for (const [inner, value] of fieldsOf(compact(field.type, home))) fields.set(inner, value);
    } else if (known && !known.has(name) && !corrections[id]?.[name]) dropped.push(`${id}.${name}`);
    else fields.set(name, { ...field, compact: compact(field.type, home) });
  }
  return fields;
}

function marks(field, type) {
  const out = [];
  const strategies = (field.patchStrategy ?? '').split(',');
  if (strategies.includes('merge') && type.startsWith('[]'))
    out.push(field.patchMergeKey ? `m=${field.patchMergeKey}` : 'm');
  if (strategies.includes('retainKeys')) out.push('r');
  if (strategies.includes('replace')) out.push('p');
  if (field.listType === 'atomic' || field.mapType === 'atomic' || field.structType === 'atomic') out.push('a');
  if (field.structType === 'granular' || field.mapType === 'granular') out.push('g');
  if (/^[A-Za-z]/.test(field.type) && type.includes('/')) out.push('e');
  if (field.listType === 'set') out.push('s');
  if (field.listType === 'map') out.push(`k=${field.listMapKeys.join(',')}`);
  if (field.default !== undefined && !field.default.startsWith('ref(')) out.push(`d=${field.default}`);
  return out.map((mark) => `;${mark}`).join('');
}

const lines = new Map();
const queue = [...roots];
while (queue.length) {
  const id = queue.shift();
  if (lines.has(id)) continue;
  const known = await model(id);
  const fields = fieldsOf(id, known);
  if (!known && !corrections[id] && !id.startsWith('metrics/')) console.error(`no model: ${id}`);
  for (const name of known?.keys() ?? []) {
    if (!fields.has(name) && !(fields.has('@') && (name === 'kind' || name === 'apiVersion')))
      console.error(`undeclared: ${id}.${name} ${JSON.stringify(known.get(name))}`);
  }
  const cells = [];
  for (const name of [...fields.keys()].sort()) {
    const field = fields.get(name);
    if (name === '@') {
      cells.unshift('@');
      continue;
    }
    const type = field.compact;
    const reference = type.replace(/^(\[\]|\{\})+/, '');
    if (reference.includes('.')) queue.push(reference);
    const optional = known?.get(name)?.optional ?? field.optional ?? false;
    cells.push(`${name}${optional ? '' : '!'}:${type}${marks(field, type)}`);
  }
  lines.set(id, `${id}${atomicStructs.has(id) ? '~' : ''} ${cells.join(' ')}`);
}
console.error(`not in this release: ${dropped.join(' ')}`);
const text = [...lines.keys()]
  .sort()
  .map((id) => lines.get(id).trimEnd())
  .join('\n');
if (/[`\\]|\$\{/.test(text)) throw new Error('the table needs escapes');
writeFileSync(
  output,
  `// Generated by scripts/facts/types.mjs; the notation is explained in ../schema.ts.\nexport const typeTable = \`\n${text}\n\`;\n`,
);
console.error(`${lines.size} types, ${text.length} characters`);
