import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Emulator } from '../../../src/emulator/emulator.ts';
import { startEmulator } from '../../../src/emulator/start.ts';
import { openCluster } from '../../../src/kube/open-cluster.ts';
import type { ColorDepth } from '../../../src/theme/color.ts';
import { clusterServices } from '../../../src/tui/cluster-services.ts';
import type { DashboardServices } from '../../../src/tui/services.ts';
import { renderTest, type TestScreen } from '../render-test.ts';

/** Sizes that every view is looked at in. */
export const sizes = [
  [80, 24],
  [120, 40],
  [200, 50],
] as const;

export interface WideCluster {
  emulator: Emulator;
  /** Opens a dashboard on it and types `line` after `:`. */
  open(
    line: string,
    cols?: number,
    rows?: number,
    change?: (services: DashboardServices) => void,
    depth?: ColorDepth,
  ): Promise<TestScreen>;
  stop(): Promise<void>;
}

/** A bundled cluster for views over many kinds. */
export async function wideCluster(seed: 'empty' | 'demo' = 'empty'): Promise<WideCluster> {
  const emulator = await startEmulator({ dataDir: ':memory:', port: 0, nodes: 2, seed, name: 'test' });
  const folder = mkdtempSync(join(tmpdir(), 'kctl-wide-'));
  writeFileSync(join(folder, 'config'), emulator.adminKubeconfig, { mode: 0o600 });
  const screens: TestScreen[] = [];
  return {
    emulator,
    async open(line, cols = 120, rows = 40, change = () => undefined, depth = '256') {
      const env = {
        KUBECONFIG: join(folder, 'config'),
        HOME: folder,
        KUBECACHEDIR: join(folder, 'cache'),
        KCTL_HOME: folder,
      };
      const options = { env, cwd: folder };
      const services = clusterServices(await openCluster(options), options);
      change(services);
      const screen = await renderTest({ cols, rows, cluster: { services }, kind: 'configmaps', depth });
      screens.push(screen);
      await screen.waitFor('kube-root-ca.crt');
      await screen.press(':');
      await screen.type(`${line}\r`);
      return screen;
    },
    async stop() {
      for (const screen of screens) screen.close();
      await emulator.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Fails where a line is wider than the screen, or a control character of the cluster's reached it. */
export function checkScreen(screen: TestScreen, cols: number): void {
  for (const line of screen.lines()) {
    if (/[\u0000-\u001f\u007f-\u009f]/.test(line))
      throw new Error(`control characters on the screen: ${JSON.stringify(line)}`);
    if (line.length > cols) throw new Error(`wider than the screen: ${line}`);
  }
}

/** Figures of use as a metrics server has them, so that no test waits for any: half of each node, 200m and 64Mi of each pod. */
export function withMetrics(services: DashboardServices): void {
  const { transport } = services.cluster;
  const json = transport.json.bind(transport);
  transport.json = async <T>(request: Parameters<typeof transport.json>[0]): Promise<T> => {
    const kind = /^\/apis\/metrics\.k8s\.io\/v1beta1\/(nodes|pods)$/.exec(request.path)?.[1];
    if (!kind) return json<T>(request);
    const objects = await services.list(await services.cluster.discovery.resolve(kind), {});
    const items = objects.map(({ metadata, status }) =>
      kind === 'nodes'
        ? { metadata, usage: { cpu: `${(Number(status.allocatable.cpu) * 1000) / 2}m`, memory: '64Mi' } }
        : { metadata, containers: [{ name: 'main', usage: { cpu: '200m', memory: '64Mi' } }] },
    );
    return { items } as T;
  };
}
