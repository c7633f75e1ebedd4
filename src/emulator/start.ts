import { tmpdir } from 'node:os';
import type { ImageFacts } from '../api/image-facts.ts';
import { signedToken } from './access/tokens.ts';
import { admissionPlugins } from './admission/index.ts';
import { followQuotas } from './admission/resource-quota.ts';
import { followApiServices } from './api-services.ts';
import { bootstrap } from './bootstrap.ts';
import { ClusterClock, type TimeState } from './cluster-clock.ts';
import { readSetting, writeSetting } from './control/settings.ts';
import { type Pace, TimeControl } from './control/time-control.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import type { Signer } from './controllers/certificate-signing.ts';
import { followDefinitions } from './crd/definitions.ts';
import type { Emulator, EmulatorOptions } from './emulator.ts';
import { crashTarget } from './faults/crash.ts';
import { Faults } from './faults/faults.ts';
import { healPartitions, partitionNodes } from './faults/partition.ts';
import { followFlowControl } from './flow-control/keep.ts';
import { ClusterImages } from './images/cluster-images.ts';
import { podTokens } from './kubelet/pod-token.ts';
import { boundedLog, type Report, writeToStderr } from './log.ts';
import { certificateSigner } from './pki/certificate-signer.ts';
import { loadClusterKeys } from './pki/cluster-keys.ts';
import { adminKubeconfig } from './pki/kubeconfig.ts';
import { localHost, serverNames } from './pki/server-names.ts';
import { followPolicies } from './policies/follow.ts';
import { keepConfigPublished, publishConfig } from './published-config.ts';
import { Catalog } from './registry/catalog.ts';
import { inProcessClient, inProcessLister } from './registry/in-process-client.ts';
import { type Machine, SYSTEM_USER } from './registry/machine.ts';
import { isAllowed } from './server/authorize.ts';
import { close, listen } from './server/https-server.ts';
import { signingKeyId } from './server/issuer.ts';
import { dropOldVolumes, readVolumes, volumesFolder } from './snapshots/volumes.ts';
import type { SnapshotWorld } from './snapshots/world.ts';
import { Store } from './storage/store.ts';

/** So long ago the demo was set up; what it did since is lived through before the server is ready. */
const DEMO_AGE_MS = 40 * 60_000;

/** Who checks a certificate looks at the clock on the wall, whatever the cluster's shows. */
const signingInRealTime = (signer: Signer, wall: () => number): Signer => ({
  read: (pem) => signer.read(pem),
  sign: (pem, how) => signer.sign(pem, { ...how, now: wall() }),
});

/**
 * Starts a cluster in this process; resolves when it answers requests and, on a first start, when its
 * seed is complete.
 * @throws KctlError `input` (the database cannot be read), `conflict` (the port is taken)
 */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const report = boundedLog(options.log ?? writeToStderr);
  const store = new Store(options.dataDir, report, options.quota);
  try {
    return await startOn(store, options, report);
  } catch (error) {
    store.close();
    throw error;
  }
}

async function startOn(store: Store, options: EmulatorOptions, report: Report): Promise<Emulator> {
  const random = options.random ?? Math.random;
  const isNew = store.isEmpty;
  const address = options.address ?? '127.0.0.1';
  const keys = await loadClusterKeys(options.dataDir, Date.now(), serverNames(address, options.tlsNames));
  const wall = options.wall ?? Date.now;
  const isLived = isNew && options.seed === 'demo' && !options.clock;
  const own = options.clock
    ? undefined
    : new ClusterClock({
        wall,
        state: readSetting<TimeState>(store, 'clock'),
        past: isLived ? wall() - DEMO_AGE_MS : undefined,
      });
  const past = isLived ? own : undefined;
  const clock = options.clock ?? own!;
  const machine: Machine = {
    store,
    catalog: new Catalog(),
    clock,
    random,
    admission: admissionPlugins,
    inThePast: () => past !== undefined && !past.live,
  };
  const client = inProcessClient(machine);
  const lister = inProcessLister(machine);
  const publisher = {
    client: inProcessClient(machine, { user: SYSTEM_USER, manager: 'kube-apiserver' }),
    lister,
    clientCa: keys.ca.cert,
    now: () => clock.now(),
    report,
  };
  const images = new ClusterImages(options.registry ?? (() => undefined));
  if (options.dataDir !== ':memory:') dropOldVolumes(store, options.dataDir);
  const followers = [followDefinitions(machine), followQuotas(machine), followPolicies(machine)];
  const onError = (controller: string, key: string, error: unknown) => report(`${controller} ${key}`, error);
  let listening: { port: number } | undefined;
  const faults = new Faults({
    clock,
    random,
    compact: () => store.compact(),
    crash: (spec) => crashTarget(spec, { lister, catalog: machine.catalog, crashNow: controlPlane.crashNow }),
    partition: (nodes, isCut) => partitionNodes({ client, lister }, nodes, isCut),
  });
  const runControlPlane = () =>
    startControlPlane({
      client,
      lister,
      issueToken: podTokens({
        lister,
        clock,
        random,
        key: keys.serviceAccountKey,
        keyId: () => signingKeyId(keys.serviceAccountKey),
      }),
      signToken: (claims) => signedToken(claims, keys.serviceAccountKey, signingKeyId(keys.serviceAccountKey)),
      api: () => listening,
      ...(options.dataDir === ':memory:'
        ? {}
        : { volumes: { folder: volumesFolder(store, options.dataDir), report: (error) => report('volumes', error) } }),
      clock,
      random,
      nodes: options.nodes,
      rootCa: keys.ca.cert,
      images: (reference) => images.facts(reference),
      imageStore: {
        store: () => options.registry?.()?.store,
        folder: options.dataDir === ':memory:' ? tmpdir() : options.dataDir,
        report: (error) => report('image files', error),
      },
      pullAccess: images,
      pullFault: (image, node) => faults.pull(image, node),
      signer: own ? signingInRealTime(certificateSigner(keys.ca), wall) : certificateSigner(keys.ca),
      allows: (user, attributes) => isAllowed(store, user, attributes),
      held: own?.paused ?? false,
      stopped: readSetting<string[]>(store, 'stopped') ?? [],
      stoppedChanged: (stopped) => writeSetting(store, 'stopped', stopped),
      onError,
    });

  // A first start is one transaction: killed in the middle, it begins anew the next time.
  let controlPlane = isNew
    ? await store.batch(async () => {
        bootstrap(machine);
        await publishConfig(publisher);
        followers.push(followApiServices(machine), followFlowControl(machine));
        const started = runControlPlane();
        await plantSeed(started);
        store.forgetHistory();
        return started;
      })
    : runControlPlane();
  if (!isNew) followers.push(followApiServices(machine), followFlowControl(machine));
  if (!isNew && !store.get('clusterroles.rbac.authorization.k8s.io', undefined, 'system:aggregate-to-view')) {
    const { reconcileRoles } = await import('./seed/roles.ts');
    await reconcileRoles(client, lister);
  }

  async function plantSeed(started: ControlPlane): Promise<void> {
    const { seedDemo, seedHistory, seedSystem } = await import('./seed/index.ts');
    const idle = () => started.idle();
    await seedSystem(client, idle);
    if (past) await seedHistory({ client, lister, clock: past, idle, now: wall() });
    else if (options.seed === 'demo') await seedDemo(client);
    await idle();
  }

  if (!isNew) await healPartitions({ client, lister });
  // Of the control plane that runs at the moment.
  const pace: Pace = {
    idle: () => controlPlane.pace.idle(),
    hold: () => controlPlane.pace.hold(),
    release: () => controlPlane.pace.release(),
    isBusy: () => controlPlane.pace.isBusy(),
  };
  const operator = inProcessClient(machine, { user: SYSTEM_USER, manager: 'kctl' });
  const keep = (state: TimeState) => writeSetting(store, 'clock', state);
  const haste = (on: boolean) => {
    store.inHaste = on;
  };
  const time = own && new TimeControl({ clock: own, pace, lister, keep, haste });
  const stopping = new AbortController();
  /** Settles when a change of the whole cluster is over. */
  let changed: Promise<unknown> = Promise.resolve();
  const begin = async () => {
    if (stopping.signal.aborted) return;
    controlPlane = runControlPlane();
    await healPartitions({ client, lister });
    await faults.renew();
    publishConfig(publisher).catch((error: unknown) => report('published-config', error));
  };
  const betweenLives = <T>(change: () => Promise<T>): Promise<T> => {
    const live = async () => {
      await controlPlane.stop();
      return change().finally(begin);
    };
    const result = time ? time.still(live) : live();
    changed = result.catch(() => {});
    return result;
  };
  const snapshots: SnapshotWorld | undefined =
    options.dataDir === ':memory:'
      ? undefined
      : {
          dataDir: options.dataDir,
          wall,
          volumes: async () => {
            await controlPlane.saveVolumes();
            return readVolumes(store, options.dataDir);
          },
          betweenLives,
          leapTo: (at) => own && at > own.now() && own.advanceTo(at),
        };
  /** A digest means what nodes have by it; a tag what a pull brings, or brought while there was one. */
  const imageOf = (reference: string): ImageFacts | undefined =>
    reference.includes('@')
      ? (controlPlane.keptImage(reference) ?? images.facts(reference))
      : (images.facts(reference) ?? controlPlane.keptImage(reference));
  let ready = false;
  const { server, port } = await listen(
    {
      machine,
      keys,
      nodeApi: () => controlPlane.nodeApi,
      control: () => ({
        world: { client: operator, lister },
        components: controlPlane.components,
        time,
        snapshots,
      }),
      faults,
      images: imageOf,
      ready: () => ready,
      stopping: stopping.signal,
      report,
    },
    options.port,
    { address, patience: options.patience },
  ).catch(async (error: unknown) => {
    await controlPlane.stop();
    throw error;
  });
  ready = true;
  listening = { port };
  followers.push(keepConfigPublished(publisher));
  // Not waited for: webhooks of the cluster have a say, and none may keep it from starting.
  if (!isNew) publishConfig(publisher).catch((error: unknown) => report('published-config', error));
  const url = `https://${localHost(address)}:${port}`;
  return {
    url,
    port,
    adminKubeconfig: adminKubeconfig(options.name, url, keys),
    client,
    lister,
    idle: () => controlPlane.idle(),
    async stop() {
      stopping.abort();
      await close(server);
      faults.close();
      await changed;
      time?.end();
      await controlPlane.stop();
      for (const stop of followers) stop();
      store.close();
    },
  };
}
