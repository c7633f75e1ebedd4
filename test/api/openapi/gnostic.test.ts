import { expect, test } from 'vitest';
import { encodeGnostic } from '../../../src/api/openapi/gnostic.ts';
import { gnosticV2 } from '../../../src/api/openapi/gnostic-v2.ts';
import { gnosticV3 } from '../../../src/api/openapi/gnostic-v3.ts';

/** Documents with one of everything that a server's own have, and what gnostic's own library makes of them. */
const pairs = [
  {
    version: 'v2',
    table: gnosticV2,
    document:
      '{"swagger":"2.0","info":{"title":"T","version":"v1"},"paths":{"/a/{name}":{"get":{"tags":["t"],"operationId":"readA","produces":["application/json"],"consumes":["*/*"],"parameters":[{"in":"query","description":"d","name":"limit","type":"integer","uniqueItems":true},{"name":"body","in":"body","required":true,"schema":{"$ref":"#/definitions/A"}}],"responses":{"200":{"description":"OK","schema":{"$ref":"#/definitions/A"}},"401":{"description":"Unauthorized"}},"schemes":["https"],"x-flag":true},"parameters":[{"required":true,"in":"path","description":"n","name":"name","type":"string","uniqueItems":true}]}},"definitions":{"A":{"description":"An A.","required":["b"],"type":"object","properties":{"b":{"format":"int32","type":"integer"},"c":{"type":"array","items":{"type":"string"}},"d":{"additionalProperties":{"type":"string"},"type":"object"},"e":{"$ref":"#/definitions/A","description":"again"},"f":{"enum":[1,2],"additionalProperties":true}},"x-open":true}},"security":[{"BearerToken":[]}],"securityDefinitions":{"BearerToken":{"type":"apiKey","name":"authorization","in":"header"}}}',
    bytes:
      'CgMyLjASBwoBVBICdjFC/gES+wEKCS9hL3tuYW1lfRLtARLGAQoBdCoFcmVhZEEyEGFwcGxpY2F0aW9uL2pzb246AyovKkIjCiESHxodEgVxdWVyeRoBZCIFbGltaXQyB2ludGVnZXKgAQFCJQojCiESBGJvZHkaBGJvZHkgASoRCg8jL2RlZmluaXRpb25zL0FKPQoiCgMyMDASGwoZCgJPSxITChEKDyMvZGVmaW5pdGlvbnMvQQoXCgM0MDESEAoOCgxVbmF1dGhvcml6ZWRSBWh0dHBzahEKBngtZmxhZxIHEgV0cnVlCkoiCiASHiIcCAESBHBhdGgaAW4iBG5hbWUqBnN0cmluZ5gBAUrNAQrKAQoBQRLEASIFQW4gQS6aAQFisgEICgZvYmplY3TKAZYBChgKAWISExIFaW50MzKyAQkKB2ludGVnZXIKHwoBYxIasgEHCgVhcnJheboBDQoLsgEICgZzdHJpbmcKIAoBZBIbqgENCguyAQgKBnN0cmluZ7IBCAoGb2JqZWN0Ch0KAWUSGAoPIy9kZWZpbml0aW9ucy9BIgVhZ2FpbgoYCgFmEhOiAQQSAjEKogEEEgIyCqoBAhAB+gERCgZ4LW9wZW4SBxIFdHJ1ZQpiEQoPCgtCZWFyZXJUb2tlbhIAajIKMAoLQmVhcmVyVG9rZW4SIRIfCgZhcGlLZXkSDWF1dGhvcml6YXRpb24aBmhlYWRlcg==',
  },
  {
    version: 'v3',
    table: gnosticV3,
    document:
      '{"openapi":"3.0.0","info":{"title":"T","version":"v1"},"paths":{"/a/{name}":{"get":{"tags":["t"],"operationId":"readA","parameters":[{"name":"limit","in":"query","description":"d","schema":{"uniqueItems":true,"type":"integer"}}],"requestBody":{"content":{"*/*":{"schema":{"$ref":"#/components/schemas/A"}}},"required":true},"responses":{"200":{"description":"OK","content":{"application/json":{"schema":{"$ref":"#/components/schemas/A"}}}},"401":{"description":"Unauthorized"}},"x-flag":true},"parameters":[{"name":"name","in":"path","required":true,"schema":{"type":"string"}}]}},"components":{"schemas":{"A":{"required":["b"],"type":"object","properties":{"b":{"type":"integer","default":3,"format":"int32"},"c":{"type":"array","items":{"type":"string","default":"x"}},"d":{"type":"object","additionalProperties":{"type":"boolean"}},"e":{"allOf":[{"$ref":"#/components/schemas/A"}],"default":{},"description":"again"},"f":{"nullable":true,"oneOf":[{"type":"string"},{"type":"number"}]}},"description":"An A.","x-open":true}},"securitySchemes":{"BearerToken":{"type":"apiKey","name":"authorization","in":"header"}}}}',
    bytes:
      'CgUzLjAuMBIHCgFUMgJ2MSKBAgr+AQoJL2Eve25hbWV9EvABIs4BCgF0KgVyZWFkQTIkCiIKBWxpbWl0EgVxdWVyeRoBZFIPCg2gAQHKAQdpbnRlZ2VyOisKKRIlCiMKAyovKhIcChoSGAoWIy9jb21wb25lbnRzL3NjaGVtYXMvQRgBQlwSQQoDMjAwEjoKOAoCT0saMgowChBhcHBsaWNhdGlvbi9qc29uEhwKGhIYChYjL2NvbXBvbmVudHMvc2NoZW1hcy9BEhcKAzQwMRIQCg4KDFVuYXV0aG9yaXplZGoRCgZ4LWZsYWcSBxIFdHJ1ZQpqHQobCgRuYW1lEgRwYXRoIAFSCwoJygEGc3RyaW5nKrkCCoICCv8BCgFBEvkBCvYBugEBYsoBBm9iamVjdPoByQEKJQoBYhIgCh7KAQdpbnRlZ2VyigIJCQAAAAAAAAhAmgIFaW50MzIKJQoBYxIgCh7KAQVhcnJhefIBEwoRCg/KAQZzdHJpbmeKAgMaAXgKIQoBZBIcChrKAQZvYmplY3SCAg4KDAoKygEHYm9vbGVhbgovCgFlEioKKNIBGhIYChYjL2NvbXBvbmVudHMvc2NoZW1hcy9BigIAkgIFYWdhaW4KJQoBZhIgCh4IAdoBCwoJygEGc3RyaW5n2gELCgnKAQZudW1iZXKSAgVBbiBBLqICEQoGeC1vcGVuEgcSBXRydWUKOjIKMAoLQmVhcmVyVG9rZW4SIQofCgZhcGlLZXkaDWF1dGhvcml6YXRpb24iBmhlYWRlcg==',
  },
];

test.each(pairs)('$version comes out byte for byte as the library of the format writes it', (pair) => {
  expect(encodeGnostic(pair.table, JSON.parse(pair.document)).toString('base64')).toBe(pair.bytes);
});
