// Writes src/api/facts/protobuf.ts from two descriptions of the API's types:
//   node scripts/facts/protobuf.mjs PROTOBUF_JSON TYPES_JSON
// PROTOBUF_JSON holds the messages (field → number, label, type) of the .proto files; TYPES_JSON the Go
// declarations behind them, which say what a .proto file does not: the name in JSON, which fields are
// pointers (left out when nil, where others are always written) and which are embedded.
import { readFileSync, writeFileSync } from 'node:fs';
import { typeTable } from '../../src/api/facts/types.ts';
import { added, removed, shown, unlisted } from './protobuf-corrections.mjs';

const [messagesFile, typesFile] = process.argv.slice(2);
if (!typesFile) {
  console.error('usage: node scripts/facts/protobuf.mjs PROTOBUF_JSON TYPES_JSON');
  process.exit(2);
}
const declared = JSON.parse(readFileSync(typesFile, 'utf8'));
const output = new URL('../../src/api/facts/protobuf.ts', import.meta.url);

/** `k8s.io.api.core.v1.Pod` → `core/v1.Pod`; the generator's own paths otherwise. */
const idOf = (name) => name.replace(/^\.?k8s\.io\..*?(\w+)\.(v\d\w*)\.(\w+)$/, '$1/$2.$3');

const messages = new Map();
for (const [name, fields] of Object.entries(JSON.parse(readFileSync(messagesFile, 'utf8')))) {
  messages.set(idOf(name), { ...fields });
}
for (const [id, fields] of Object.entries(added)) {
  const message = { ...messages.get(id) };
  messages.set(id, message);
  declared[id] ??= { fields: {} };
  for (const [name, { wire, go }] of Object.entries(fields)) {
    message[name] = wire;
    declared[id].fields[name] = go;
  }
}
for (const [id, names] of Object.entries(removed)) for (const name of names) delete messages.get(id)[name];

/** Fields of the release that kctl speaks for, by type; embedded ones are folded in there. */
const released = new Map(
  typeTable
    .trim()
    .split('\n')
    .map((line) => {
      const [head, ...cells] = line.split(' ');
      return [head.replace('~', ''), new Set(cells.map((cell) => cell.split(/[!:]/)[0]))];
    }),
);

const letters = {
  string: 's',
  int32: 'i',
  int64: 'l',
  bool: 'b',
  double: 'f',
  bytes: 'y',
  'pkg.api.resource.Quantity': 'q',
  'pkg.util.intstr.IntOrString': 'x',
  'meta/v1.Time': 't',
  'meta/v1.MicroTime': 'u',
  'meta/v1.Duration': 'd',
  'pkg.runtime.RawExtension': '*',
  'meta/v1.FieldsV1': '*',
  'apiextensions/v1.JSON': '*',
  'apiextensions/v1.JSONSchemaPropsOrArray': 'A',
  'apiextensions/v1.JSONSchemaPropsOrBool': 'B',
  'apiextensions/v1.JSONSchemaPropsOrStringArray': 'S',
};

const used = new Set();
const queue = [];

/** A letter for a scalar or a type with a JSON form of its own, else the id of a message. */
function valueType(type, home) {
  const map = /^map<string, (.+)>$/.exec(type);
  if (map) return `{}${valueType(map[1], home)}`;
  const full = type.includes('.') ? idOf(type).replace(/^\.?k8s\.io\.apimachinery\./, '') : type;
  if (letters[full]) return letters[full];
  const id = full.includes('/') ? full : `${home}.${full}`;
  if (letters[id]) return letters[id];
  const message = messages.get(id);
  if (!message) throw new Error(`${home} wants ${type}, which is no message`);
  // A named list of strings in Go is a message with one repeated field.
  if (Object.keys(message).join() === 'items' && message.items[2] === 'string') return 'v';
  queue.push(id);
  return id.startsWith(`${home}.`) ? id.slice(home.length + 1) : id;
}

const plain = (name) => name.toLowerCase().replace(/[$-]/g, '');

/** The Go field behind a field of a message: its name in JSON and its type; '' is the name of an embedded one. */
function goField(id, name) {
  const fields = declared[id]?.fields;
  if (!fields) throw new Error(`${id} is not declared`);
  const found = Object.entries(fields).find(([json]) => plain(json) === plain(name));
  if (found) return found;
  const type = messages.get(id)[name][2];
  const embedded = Object.entries(fields).find(([json, field]) => /^(<|$)/.test(json) && field.type === type);
  if (!embedded) throw new Error(`${id}.${name} is not declared`);
  return ['', embedded[1]];
}

function cellsOf(id, keep) {
  const home = id.slice(0, id.lastIndexOf('.'));
  let last = 0;
  const fields = Object.entries(messages.get(id)).sort((a, b) => a[1][0] - b[1][0]);
  return fields.flatMap(([name, [number, label, type]]) => {
    const [json, go] = goField(id, name);
    if (json !== '' && keep && !keep.has(json) && !added[id]?.[name]) {
      console.error(`not in this release: ${id}.${json}`);
      return [];
    }
    const list = label === 'repeated' ? '[]' : '';
    const value = valueType(type, home);
    // A nil slice of bytes is left out as a nil pointer is.
    const pointer = go.type.startsWith('*') || value === 'y';
    const always = !list && value[0] !== '{' && (!go.optional || shown[id]?.includes(json));
    const mark = pointer ? '?' : always ? '!' : '';
    const prefix = number === last + 1 ? '' : `${number}=`;
    last = number;
    return `${prefix}${json}:${list}${value}${json === '' ? '' : mark}`;
  });
}

/** A list that is like all others: the codec makes it from its item. */
function isPlainList(id) {
  const { metadata, items, ...rest } = messages.get(id);
  const item = id.endsWith('List') && id.slice(id.lastIndexOf('.') + 1, -4);
  return item && Object.keys(rest).length === 0 && metadata?.[0] === 1 && items?.[0] === 2 && items[2] === item;
}

const isKind = (id) =>
  Object.entries(declared[id]?.fields ?? {}).some(([name, go]) => /^(<|$)/.test(name) && /TypeMeta$/.test(go.type));
for (const id of messages.keys()) if ((isKind(id) && !isPlainList(id)) || unlisted.includes(id)) queue.push(id);

const lines = [];
while (queue.length) {
  const id = queue.shift();
  if (used.has(id)) continue;
  used.add(id);
  lines.push(`${id} ${cellsOf(id, released.get(id)).join(' ')}`.trimEnd());
}
const text = lines.sort().join('\n');
if (/[`\\]|\$\{/.test(text)) throw new Error('the table needs escapes');
writeFileSync(
  output,
  `// Generated by scripts/facts/protobuf.mjs; the notation is explained in ../protobuf/messages.ts.\nexport const messageTable = \`\n${text}\n\`;\n`,
);
console.error(`${lines.length} messages, ${text.length} characters`);
