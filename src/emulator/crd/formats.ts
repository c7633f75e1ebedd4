import { isIP, isIPv4, isIPv6 } from 'node:net';

const matches =
  (pattern: RegExp) =>
  (text: string): boolean =>
    pattern.test(text);

const DATE = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const UUID = '[0-9a-f]{8}-?[0-9a-f]{4}-?V[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}';
const uuid = (version: string) => matches(new RegExp(`^${UUID.replace('V', version)}$`, 'i'));

/** The `format`s that a server checks (apiextensions-apiserver, pkg/apiserver/validation/formats.go). */
export const formats: Readonly<Record<string, (text: string) => boolean>> = {
  'date-time': (text) => /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:?\d\d)$/.test(text),
  date: matches(DATE),
  duration: matches(
    /^[+-]?(0|((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))+|\d+\s*(d|days?|w|weeks?|hours?|minutes?|seconds?))$/,
  ),
  ipv4: isIPv4,
  ipv6: isIPv6,
  cidr(text) {
    const [address = '', bits = '', ...more] = text.split('/');
    const family = isIP(address);
    return more.length === 0 && family > 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
  },
  mac: matches(/^([0-9a-f]{2}[:-]){5}[0-9a-f]{2}$|^([0-9a-f]{4}\.){2}[0-9a-f]{4}$/i),
  uri: (text) => URL.canParse(text),
  email: matches(/^[^\s@]+@[^\s@]+$/),
  hostname: matches(/^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*\.?$/i),
  byte: matches(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/),
  uuid: uuid('[0-9a-f]'),
  uuid3: uuid('3'),
  uuid4: uuid('4'),
  uuid5: uuid('5'),
  hexcolor: matches(/^#?([0-9a-f]{3}|[0-9a-f]{6})$/i),
};
