import { expect, test } from 'vitest';
import { decodedYaml } from '../../src/output/decoded.ts';

const base64 = (text: string | Uint8Array) => Buffer.from(text).toString('base64');

test('texts of a secret are readable, the rest stays', () => {
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: 's',
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"data":{}}', mine: 'x' },
    },
    type: 'Opaque',
    data: {
      user: base64('admin'),
      note: base64('two\nlines, 둘\n'),
      binary: base64(Uint8Array.of(0, 255)),
      escape: base64('\u001b[31m'),
    },
  };
  expect(decodedYaml(secret)).toBe(`apiVersion: v1
data:
  binary: AP8=
  escape: G1szMW0=
kind: Secret
metadata:
  annotations:
    mine: x
  name: s
stringData:
  note: |
    two
    lines, 둘
  user: admin
type: Opaque
`);
});

test('binary data of a config map that is text is data', () => {
  const map = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'c' },
    data: { a: '1' },
    binaryData: { b: base64('text'), z: base64(Uint8Array.of(0)) },
  };
  expect(decodedYaml(map)).toContain('binaryData:\n  z: AA==\ndata:\n  a: "1"\n  b: text\n');
});

test('requests and certificates are text where they stand, other kinds are as they are', () => {
  const request = {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name: 'r' },
    spec: { request: base64('-----BEGIN X-----\n'), signerName: 'c2FtZQ==' },
  };
  expect(decodedYaml(request)).toContain('spec:\n  request: |\n    -----BEGIN X-----\n  signerName: c2FtZQ==\n');
  const custom = { apiVersion: 'example.com/v1', kind: 'Secret', metadata: { name: 'x' }, spec: { data: 'YQ==' } };
  expect(decodedYaml(custom)).toContain('data: YQ==');
});

test('a certificate is told in a comment', () => {
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's' },
    data: { 'tls.crt': base64(certificate) },
  };
  expect(decodedYaml(secret).split('\n')[0]).toMatch(
    /^# tls\.crt: certificate of CN=web, for DNS:web\.shop, valid until 20\d\d-/,
  );
});

const certificate = `-----BEGIN CERTIFICATE-----
MIIBhjCCASygAwIBAgIUPkIZinoQ3Lwcup/Y79i7THqVJzMwCgYIKoZIzj0EAwIw
DjEMMAoGA1UEAwwDd2ViMB4XDTI2MTEyMTE1NTYzOVoXDTM2MTExODE1NTYzOVow
DjEMMAoGA1UEAwwDd2ViMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEPcYq/tuz
4+2/RfG3YrR6ItFDA/MpwpRU2Oit97YR56LFPtr4niVbZQBUeM1TGhMQgWELIJS8
7FpMN1dNDyPsZ6NoMGYwHQYDVR0OBBYEFLMPoHKkJP5PWUFf3yX/qCZJx4r+MB8G
A1UdIwQYMBaAFLMPoHKkJP5PWUFf3yX/qCZJx4r+MA8GA1UdEwEB/wQFMAMBAf8w
EwYDVR0RBAwwCoIId2ViLnNob3AwCgYIKoZIzj0EAwIDSAAwRQIgfSnuJc55ubW5
PHYr/FEL/OT1S396/wJdfeBrY12NjFoCIQDT7EqSxBBsS8wc/AKfB4te9Q40rDtB
UY4R9vdD11dcPw==
-----END CERTIFICATE-----
`;
