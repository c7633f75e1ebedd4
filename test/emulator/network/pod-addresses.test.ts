import { expect, test } from 'vitest';
import { PodAddresses } from '../../../src/emulator/network/pod-addresses.ts';

test.each([
  ['10.244.1.0/24', ['10.244.1.2', '10.244.1.3', '10.244.1.10']],
  ['fd00:1::/64', ['fd00:1::2', 'fd00:1::3', 'fd00:1::a']],
])('pods of a node with %s get addresses of its network', (cidr, [first, second, tenth]) => {
  const addresses = new PodAddresses(cidr);
  expect(addresses.allocate('a')).toBe(first);
  addresses.take(second!, 'b');
  for (let number = 4; number < 10; number++) addresses.allocate(`p${number}`);
  expect(addresses.allocate('c')).toBe(tenth);
});
