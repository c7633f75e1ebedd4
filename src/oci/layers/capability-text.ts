import { capabilityNames } from '../capabilities.ts';

/**
 * What a program may do beyond who starts it, as getcap writes it: `cap_net_raw=ep`.
 * @param stored `security.capability` of the file, in base64 (linux/capability.h, `vfs_cap_data` and `vfs_ns_cap_data`)
 */
export function capabilityText(stored: string): string {
  const bytes = Buffer.from(stored, 'base64');
  const words = { 1: 1, 2: 2, 3: 2 }[bytes[3] ?? 0] ?? 0;
  if (words === 0 || bytes.length < 4 + words * 8) return 'capabilities of a kind that is not known';
  const isEffective = (bytes[0]! & 1) === 1;
  const groups = new Map<string, string[]>();
  for (let number = 0; number < words * 32; number++) {
    const at = 4 + Math.floor(number / 32) * 8;
    const has = (offset: number) => ((bytes.readUInt32LE(at + offset) >>> (number % 32)) & 1) === 1;
    const [isPermitted, isInheritable] = [has(0), has(4)];
    if (!isPermitted && !isInheritable) continue;
    const flags = `${isEffective ? 'e' : ''}${isInheritable ? 'i' : ''}${isPermitted ? 'p' : ''}`;
    const name = capabilityNames[number] === undefined ? String(number) : `cap_${capabilityNames[number]}`;
    groups.set(flags, [...(groups.get(flags) ?? []), name]);
  }
  return [...groups].map(([flags, held]) => `${held.join(',')}=${flags}`).join(' ') || '=';
}
