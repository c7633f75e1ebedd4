import { describe, expect, test } from 'vitest';
import { readFields } from '../../../src/api/protobuf/decode.ts';
import { encodeMessage } from '../../../src/api/protobuf/encode.ts';
import { decodeObject, encodeObject, openEnvelope } from '../../../src/api/protobuf/envelope.ts';
import { messageOfKind, namedMessage } from '../../../src/api/protobuf/messages.ts';
import { encodeList, watchFrame } from '../../../src/api/protobuf/stream.ts';
import { WireReader } from '../../../src/api/protobuf/wire-reader.ts';
import { apiVersionOf } from '../../../src/api/resource.ts';
import { builtinResources } from '../../../src/api/resources.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const read = (id: string, bytes: Buffer) => readFields(new WireReader(bytes), namedMessage(id)!);
const there = (id: string, value: object) => encodeMessage(value, namedMessage(id)!);
const back = (id: string, value: object) => read(id, there(id, value));

/** Through the envelope, as a request body goes. */
function decode(bytes: Buffer) {
  const { apiVersion = '', kind = '', raw } = openEnvelope(bytes);
  return decodeObject({ apiVersion, kind, raw });
}

describe('what Go writes', () => {
  test('a field that is no pointer is there though it is empty; a pointer is not', () => {
    // key, operator: required; values: none.
    expect(there('meta/v1.LabelSelectorRequirement', {})).toEqual(hex('0a00 1200'));
    expect(there('meta/v1.Preconditions', {})).toEqual(hex(''));
    // The key of a list of strings inside a message that holds nothing is left out.
    expect(there('authentication/v1.UserInfo', { username: 'a' })).toEqual(hex('0a0161 1200'));
  });

  test('maps in the order of their keys', () => {
    const bytes = there('meta/v1.LabelSelector', { matchLabels: { b: '2', a: '1' } });
    expect(bytes).toEqual(hex('0a06 0a0161 120131 0a06 0a0162 120132'));
  });

  test('negative numbers take ten bytes, large ones keep their value', () => {
    const bytes = there('core/v1.SecurityContext', { runAsUser: -1 });
    expect(bytes.toString('hex')).toContain('ffffffffffffffffff01');
    expect(back('core/v1.SecurityContext', { runAsUser: -1 })).toEqual({ runAsUser: -1 });
    expect(back('core/v1.SecurityContext', { runAsUser: 2 ** 40 + 1 })).toEqual({ runAsUser: 2 ** 40 + 1 });
    expect(back('meta/v1.ListMeta', { remainingItemCount: Number.MAX_SAFE_INTEGER })).toEqual({
      remainingItemCount: Number.MAX_SAFE_INTEGER,
    });
  });

  test('times: no time is an empty message, fractions only where the type has them', () => {
    const event = back('core/v1.Event', {
      metadata: { creationTimestamp: null },
      firstTimestamp: '2026-02-01T09:00:00+01:00',
      eventTime: '2026-02-01T08:00:00.123456Z',
      lastTimestamp: '0001-01-01T00:00:00Z',
    });
    expect(event).toMatchObject({ firstTimestamp: '2026-02-01T08:00:00Z', eventTime: '2026-02-01T08:00:00.123456Z' });
    expect(event.lastTimestamp).toBeUndefined();
    expect(event.metadata).toEqual({});
  });

  test('an amount in its canonical form', () => {
    expect(back('core/v1.ResourceRequirements', { limits: { cpu: '1000m', memory: 1024 } })).toEqual({
      limits: { cpu: '1', memory: '1024' },
    });
  });

  test("JSON schema's unions, numbers and free-form values", () => {
    const schema = {
      $ref: '#/x',
      maximum: 1.5,
      default: { a: [1, null] },
      enum: ['a', 1],
      items: [{ type: 'string' }, { type: 'integer' }],
      additionalProperties: false,
      additionalItems: { type: 'object' },
      dependencies: { a: ['b', 'c'], b: { type: 'string' } },
      properties: { __proto__x: { type: 'string', items: { type: 'string' } } },
      'x-kubernetes-validations': [{ rule: 'self', optionalOldSelf: true }],
    };
    expect(back('apiextensions/v1.JSONSchemaProps', schema)).toEqual(schema);
    expect(back('apiextensions/v1.JSONSchemaProps', { additionalProperties: true })).toEqual({
      additionalProperties: true,
    });
  });

  test('a span of time', () => {
    const metrics = back('metrics/v1beta1.NodeMetrics', { metadata: { name: 'a' }, window: '1m30s' });
    expect(metrics.window).toBe('1m30s');
  });

  test('a list from the bytes of its items, and a frame of a watch', () => {
    const item = { metadata: { name: 'a' }, data: { k: 'v' } };
    const head = { apiVersion: 'v1', kind: 'ConfigMapList', metadata: { resourceVersion: '7' } };
    const items = [item, { ...item, data: { k: 'v'.repeat(300) } }];
    const pieces = encodeList(
      head,
      items.map((one) => there('core/v1.ConfigMap', one)),
    );
    const list = Buffer.concat([...pieces]);
    expect(decode(list)).toEqual({ ...head, items });
    const whole = { ...head, items };
    expect(list).toEqual(encodeObject(whole));
    expect(watchFrame('ADDED', Buffer.from('x'))).toEqual(hex('0000000c 0a05 4144444544 1203 0a0178'));
  });
});

describe('what is read', () => {
  test('every built-in kind and its list has a form; custom kinds and tables have none', () => {
    for (const resource of builtinResources) {
      const apiVersion = apiVersionOf(resource);
      expect(messageOfKind(apiVersion, resource.kind), resource.kind).toBeDefined();
      expect(messageOfKind(apiVersion, `${resource.kind}List`), resource.kind).toBeDefined();
      for (const { kind, group = resource.group, version = resource.version } of resource.subresources) {
        expect(messageOfKind(apiVersionOf({ group, version }), kind), kind).toBeDefined();
      }
    }
    expect(messageOfKind('stable.example.com/v1', 'CronTab')).toBeUndefined();
    expect(messageOfKind('meta.k8s.io/v1', 'Table')).toBeUndefined();
    expect(messageOfKind('stable.example.com/v1', 'DeleteOptions')).toBe(messageOfKind('v1', 'DeleteOptions'));
    expect(encodeObject({ apiVersion: 'stable.example.com/v1', kind: 'CronTab' })).toBeUndefined();
  });

  test('fields that nobody knows are passed over, whatever their wire type', () => {
    const known = '0a0161';
    const unknown = ['c83e 05', 'c93e 0102030405060708', 'ca3e 02 ffff', 'cb3e 0801 d33e d43e cc3e', 'cd3e 01020304'];
    for (const field of unknown) expect(read('meta/v1.Preconditions', hex(field + known))).toEqual({ uid: 'a' });
  });

  test('what comes twice: the last one, or more of a list; packed numbers', () => {
    expect(read('meta/v1.Preconditions', hex('0a0161 0a0162'))).toEqual({ uid: 'b' });
    expect(read('meta/v1.CreateOptions', hex('0a0161 0a0162'))).toEqual({ dryRun: ['a', 'b'] });
    const groups = namedMessage('core/v1.PodSecurityContext')!;
    const number = groups.fields.find(({ name }) => name === 'supplementalGroups')!.number;
    const tag = Buffer.from([number * 8 + 2, 2, 5, 6]);
    expect(read('core/v1.PodSecurityContext', tag)).toEqual({ supplementalGroups: [5, 6] });
  });

  test('a map key named __proto__ is a key', () => {
    const entry = Buffer.concat([hex('0a0e 0a09'), Buffer.from('__proto__'), hex('120178')]);
    const { matchLabels } = read('meta/v1.LabelSelector', entry) as { matchLabels: object };
    expect(Object.entries(matchLabels)).toEqual([['__proto__', 'x']]);
  });

  test.each([
    ['nothing', '', /^empty data$/],
    ['JSON', '7b7d', /does not appear to be a protobuf message, expected prefix \[107 56 115 0\]/],
    ['a length beyond the end', '6b387300 12ff', /unexpected EOF/],
    ['a huge length', '6b387300 12ffffffffffffffffff01', /unexpected EOF/],
    ['a number without end', '6b387300 ffffffffffffffffffffff', /integer overflow/],
    ['field zero', '6b387300 0001', /illegal tag 0/],
    ['a wire type that is none', '6b387300 0f', /illegal wireType 7/],
    ['a group that does not begin', '6b387300 0c', /illegal wireType 4/],
  ])('%s is refused', (_name, bytes, message) => {
    expect(() => decode(hex(bytes))).toThrow(message);
  });

  test('every beginning of an object that is cut off is refused or read without what is missing', () => {
    const pod = encodeObject({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'a' },
      spec: { containers: [{ name: 'a', image: 'b', ports: [{ containerPort: 80 }] }] },
    } as object)!;
    let refused = 0;
    for (let length = 0; length < pod.length; length++) {
      try {
        decode(pod.subarray(0, length));
      } catch (error) {
        expect((error as Error).name, (error as Error).stack).toBe('ProtobufError');
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(pod.length - 10);
  });

  test('a wrong wire type names the field; nesting ends somewhere; times and JSON are checked', () => {
    expect(() => read('meta/v1.Preconditions', hex('0801'))).toThrow(
      'wrong wireType = 0 for field uid of Preconditions',
    );
    let deep: Buffer = hex('');
    for (let depth = 0; depth < 300; depth++) deep = nest(deep);
    expect(() => read('apiextensions/v1.JSONSchemaProps', deep)).toThrow('nested too deeply');
    expect(() => read('core/v1.ContainerStateRunning', hex('0a0b 08ffffffffffffffff7f'))).toThrow(/EOF|outside/);
    expect(() => read('core/v1.ContainerStateRunning', hex('0a0a 08ffffffffffffffff7f'))).toThrow(
      'outside of the years',
    );
    expect(() => read('apps/v1.ControllerRevision', hex('1203 0a017b'))).toThrow('embedded object is not JSON');
  });
});

/** `{ not: inner }` */
function nest(inner: Buffer): Buffer {
  const length = inner.length;
  const varint: number[] = [];
  for (let rest = length; ; rest >>>= 7) {
    varint.push(rest > 0x7f ? (rest & 0x7f) | 0x80 : rest);
    if (rest <= 0x7f) break;
  }
  return Buffer.concat([hex('e201'), Buffer.from(varint), inner]);
}
