import type { KubeObject } from '../../api/meta.ts';
import type { Clock } from '../clock.ts';
import type { ContainerRuntime, ContainerSpec, Hook } from '../runtime/container.ts';
import type { MainRun } from './main-run.ts';
import { standingComplaint } from './probes/answers.ts';

/** What a hook needs to know, and to tell. */
export interface HookView {
  pod: KubeObject;
  container: ContainerRuntime;
  clock: Clock;
  say: (type: 'Normal' | 'Warning', reason: string, message: string) => void;
  look: () => void;
}

/** True where the hook asks somebody who does not answer: known without running anything. */
function isRefused(pod: KubeObject, container: ContainerSpec, { httpGet, tcpSocket }: Hook): boolean {
  const action = httpGet ? { httpGet } : tcpSocket ? { tcpSocket: tcpSocket as { port: number | string } } : undefined;
  return action !== undefined && standingComplaint(pod, container, action) !== undefined;
}

/** Runs a hook in a container whose main process is run; resolves when it has begun, `done` is told how it ended. */
async function runHook(view: HookView, main: MainRun, hook: Hook, done: (isWell: boolean) => void): Promise<void> {
  const { pod, container, clock } = view;
  if (hook.sleep) {
    clock.after(hook.sleep.seconds * 1000, () => done(true));
    return;
  }
  if (!hook.exec) return done(!isRefused(pod, container.spec, hook));
  const attempt = main.exec(hook.exec.command ?? []);
  void attempt.done.then((result) => done('code' in result && result.code === 0));
  await attempt.settled();
}

/** After the start: a hook that fails ends the container (kuberuntime_container.go, startContainer). */
export async function afterStart(view: HookView, main: MainRun): Promise<void> {
  const { container, pod, say, look, clock } = view;
  const hook = container.spec.lifecycle?.postStart;
  if (!hook) return;
  const run = container.startedAt;
  await runHook(view, main, hook, (isWell) => {
    if (isWell || container.stage !== 'running' || container.startedAt !== run) return;
    say('Warning', 'FailedPostStartHook', 'PostStartHook failed');
    say('Normal', 'Killing', 'FailedPostStartHook');
    const graceMs = (pod['spec'].terminationGracePeriodSeconds ?? 30) * 1000;
    container.stopping ??= { until: clock.now() + graceMs, code: 137 };
    look();
  });
}

/** Before SIGTERM, and inside the grace: how the hook ends changes nothing but what is told. */
export async function beforeStop(view: HookView, main: MainRun): Promise<void> {
  const { container, say } = view;
  const hook = container.spec.lifecycle?.preStop;
  if (!hook) return main.stop();
  await runHook(view, main, hook, (isWell) => {
    if (!isWell) say('Warning', 'FailedPreStopHook', 'PreStopHook failed');
    main.stop();
  });
}
