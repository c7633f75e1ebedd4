import { expect, test } from 'vitest';
import { NodeImages } from '../../../src/emulator/kubelet/node-images.ts';
import { simulatedImage } from '../../../src/oci/simulated-images.ts';

test('pods that want one image at once do not each download it', () => {
  const images = new NodeImages();
  const facts = simulatedImage('nginx:1.27')!;
  const first = images.pull(facts, 0);
  const others = Array.from({ length: 40 }, () => images.pull(facts, 0));
  expect(first.durationMs).toBeGreaterThan(1000);
  for (const pull of others) expect(pull.durationMs).toBeLessThan(400);
  // One after the other, as a node pulls.
  expect(others[0]!.endsAt).toBe(first.endsAt + others[0]!.durationMs);
});
