import { expect, test, vi } from 'vitest';
import type { Transport } from '../../../src/kube/cluster.ts';
import { PodDialer } from '../../../src/kube/port-forward.ts';
import { KctlError } from '../../../src/lib/errors.ts';

const pod = { namespace: 'shop', pod: 'web-1' };

function dialerOfNoServer() {
  const gone = async () => {
    await Promise.resolve();
    throw new KctlError('connection', 'refused');
  };
  const openTunnel = vi.fn(gone);
  return { openTunnel, dialer: new PodDialer({ openTunnel } as unknown as Transport) };
}

// A failure that nobody waits for ends the program; the test runner reports it, too.
test('who has stopped already dials nothing that fails unheard', async () => {
  const { dialer, openTunnel } = dialerOfNoServer();
  const dialed = dialer.dial({ ...pod, port: 80, signal: AbortSignal.abort(new Error('stopped')) });
  await expect(dialed).rejects.toThrow('stopped');
  await new Promise((resolve) => setImmediate(resolve));
  expect(openTunnel).not.toHaveBeenCalled();
});

test('who stops while it is dialed hears that, and not the failure that follows', async () => {
  const { dialer, openTunnel } = dialerOfNoServer();
  const stop = new AbortController();
  const dialed = dialer.dial({ ...pod, port: 80, signal: stop.signal });
  stop.abort(new Error('stopped'));
  await expect(dialed).rejects.toThrow('stopped');
  await new Promise((resolve) => setImmediate(resolve));
  expect(openTunnel).toHaveBeenCalledTimes(1);
  await expect(dialer.warm(pod)).rejects.toThrow('refused');
});
