import type { Causes } from './causes.ts';
import { dnsLabel, dnsSubdomain, type NameRule } from './names.ts';

const longest = 571;

/** The first part that is wrong, in its own words. */
function checkParts(causes: Causes, path: string, text: string, rule: NameRule): void {
  const bad = text.split('.').find((part) => rule(part).length > 0);
  if (bad === undefined) return;
  for (const why of rule(bad)) causes.invalid(path, text, `validating label ${JSON.stringify(bad)}: ${why}`);
}

/** `example.com/signer`: who signs certificates. Source: Kubernetes pkg/apis/core/validation/names.go. */
export function checkSignerName(causes: Causes, path: string, name: string): void {
  if (name === '') {
    causes.required(path);
    return;
  }
  const [domain = '', own = '', ...more] = name.split('/');
  if (more.length > 0 || !name.includes('/')) {
    causes.invalid(path, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'");
    return;
  }
  if (domain.length > 253) causes.tooLong(path, 253);
  checkParts(causes, path, domain, dnsLabel);
  if (!domain.includes('.')) {
    causes.invalid(path, domain, 'should be a domain with at least two segments separated by dots');
  }
  checkParts(causes, path, own, dnsSubdomain);
  if (name.length > longest) causes.tooLong(path, longest);
}
