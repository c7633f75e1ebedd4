import { describe, expect, test } from 'vitest';
import { ProgressLog } from '../../../src/commands/rollout/progress-log.ts';
import { watchLines } from '../../../src/commands/rollout/watch-lines.ts';
import { Playback } from '../../../src/store/rollout/playback.ts';
import { RolloutJudge } from '../../../src/store/rollout/verdict.ts';
import { storyRecording } from '../../store/rollout/story-recording.ts';

/** What a pipe gets of a recorded rollout, looked at ten times a second. */
function plain(name: string, until: number): string {
  const playback = new Playback(storyRecording(name));
  const log = new ProgressLog();
  const lines: string[] = [];
  for (let at = 0; at <= until; at += 100) {
    playback.advance(at);
    lines.push(...log.next(playback.stores[0]!.getSnapshot()));
  }
  // Names end in chance, of which only the seed is fixed.
  return lines.join('\n');
}

function live(name: string, at: number, height = 100, width?: number): string[] {
  const playback = new Playback(storyRecording(name));
  for (let t = 0; t <= at; t += 250) playback.advance(t);
  playback.advance(at);
  const snapshot = playback.stores[0]!.getSnapshot();
  return watchLines([{ snapshot, verdict: undefined }], playback.now(), height, width);
}

describe('on a pipe: one line for each change', () => {
  test('a rollout that is done', () => {
    expect(plain('done', 20_000)).toMatchInlineSnapshot(`
      "pod/web-85cc69484d-4v9bz scheduled on kctl-worker-1
      Waiting for deployment "web" rollout to finish: 1 out of 3 new replicas have been updated...
      pod/web-85cc69484d-4v9bz pulling
      pod/web-85cc69484d-4v9bz pulled image nginx:1.27 in 1.9s (43.5MB, 1 of 6 layers were there)
      pod/web-85cc69484d-4v9bz starting
      pod/web-85cc69484d-4v9bz ready
      pod/web-85cc69484d-99zzk scheduled on kctl-worker-2
      pod/web-67867fd4ff-w4zt8 terminating
      Waiting for deployment "web" rollout to finish: 2 out of 3 new replicas have been updated...
      pod/web-85cc69484d-99zzk pulling
      pod/web-85cc69484d-99zzk pulled image nginx:1.27 in 1.9s (43.5MB, 1 of 6 layers were there)
      pod/web-85cc69484d-99zzk starting
      pod/web-85cc69484d-99zzk ready
      pod/web-85cc69484d-plqpd scheduled on kctl-worker-1
      pod/web-67867fd4ff-glv5v terminating
      Waiting for deployment "web" rollout to finish: 1 old replicas are pending termination...
      pod/web-85cc69484d-plqpd has image nginx:1.27 on its node
      pod/web-85cc69484d-plqpd starting
      pod/web-85cc69484d-plqpd ready
      pod/web-67867fd4ff-w9pdd terminating
      deployment "web" successfully rolled out"
    `);
  });
  test('a slow pull tells what came, and what was there', () => {
    expect(plain('slow-pull', 60_000)).toMatchInlineSnapshot(`
      "pod/web-6777f5d966-lghj4 scheduled on kctl-worker-2
      Waiting for deployment "web" rollout to finish: 1 out of 2 new replicas have been updated...
      pod/web-6777f5d966-lghj4 pulling
      pod/web-6777f5d966-lghj4 pulled image ghcr.io/shop/web:2 in 24s (97.7MB)
      pod/web-6777f5d966-lghj4 starting
      pod/web-6777f5d966-lghj4 ready
      pod/web-6777f5d966-8w8v6 scheduled on kctl-worker-1
      pod/web-67867fd4ff-w9pdd terminating
      Waiting for deployment "web" rollout to finish: 1 old replicas are pending termination...
      pod/web-6777f5d966-8w8v6 pulling
      pod/web-6777f5d966-8w8v6 pulled image ghcr.io/shop/web:2 in 24s (97.7MB)
      pod/web-6777f5d966-8w8v6 starting
      pod/web-6777f5d966-8w8v6 ready
      pod/web-67867fd4ff-w4zt8 terminating
      deployment "web" successfully rolled out"
    `);
  });
  test('a crash with its last words', () => {
    expect(plain('crash-loop', 40_000)).toMatchInlineSnapshot(`
      "pod/web-d7b97f78d-4v9bz scheduled on kctl-worker-1
      Waiting for deployment "web" rollout to finish: 1 out of 3 new replicas have been updated...
      pod/web-d7b97f78d-4v9bz pulling
      pod/web-d7b97f78d-4v9bz pulled image busybox:1.37 in 1s (2.19MB)
      pod/web-d7b97f78d-4v9bz starting
      pod/web-d7b97f78d-bszwt scheduled on kctl-worker-2
      pod/web-67867fd4ff-w4zt8 terminating
      warning: pod "web-d7b97f78d-4v9bz": container "app" ended (exit code 3)
      Waiting for deployment "web" rollout to finish: 2 out of 3 new replicas have been updated...
      pod/web-d7b97f78d-bszwt pulling
      warning: pod "web-d7b97f78d-4v9bz": container "app" keeps crashing (exit code 3, 1 restart)
      pod/web-d7b97f78d-bszwt pulled image busybox:1.37 in 1s (2.19MB)
      pod/web-d7b97f78d-bszwt starting
      pod/web-d7b97f78d-4v9bz starting (CrashLoopBackOff)
        | cat: can't open '/etc/worker/queue.conf': No such file or directory
      pod/web-d7b97f78d-bszwt starting (CrashLoopBackOff)
      pod/web-d7b97f78d-4v9bz starting
      warning: pod "web-d7b97f78d-4v9bz": container "app" keeps crashing (exit code 3, 2 restarts)
      pod/web-d7b97f78d-4v9bz starting (CrashLoopBackOff)
      pod/web-d7b97f78d-bszwt starting
      pod/web-d7b97f78d-bszwt starting (CrashLoopBackOff)
      pod/web-d7b97f78d-4v9bz starting
      warning: pod "web-d7b97f78d-4v9bz": container "app" keeps crashing (exit code 3, 3 restarts)
      pod/web-d7b97f78d-4v9bz starting (CrashLoopBackOff)
      pod/web-d7b97f78d-bszwt starting
      pod/web-d7b97f78d-bszwt starting (CrashLoopBackOff)"
    `);
  });
});

describe('on a terminal', () => {
  test('a pull layer by layer, with the time that it has left', () => {
    expect(live('slow-pull', 16_000)).toMatchInlineSnapshot(`
      [
        "deployment default/web · RollingUpdate · 2 wanted · 1 new · 2 old · 2 available",
        "│  ▓▓▓▓▓▓▓▓▓▓░░░░░░░░░░░░░░░░░░░░  █ 0 new ready  ▓ 1 on the way  ░ 2 old",
        "│  surge 1 of 1 · unavailable 0 of 0",
        "│  ends in ~37s: the image pull of web-6777f5d966-lghj4 on kctl-worker-2 holds it, 1 more round of pods to come (estimated by pods of the revision before)",
        "├─ revision 2 (new) web-6777f5d966 · 0/1 ready · 16s · ghcr.io/shop/web:2",
        "│  └─ replicaset web-6777f5d966 · 1 wanted · 0 ready · 16s",
        "│     └─ ◔ web-6777f5d966-lghj4  pulling  0/1  kctl-worker-2  16s",
        "│          scheduled 0s → waits for its images 15s…",
        "│          pull ghcr.io/shop/web:2  ██████████·········· 48%  46.9MB of 97.7MB · 9s left",
        "│            6293e7a572a8  3.52MB   pulled",
        "│            c80304d9b01a  51MB     ████████············ 19.2MB 9s left",
        "│            6c38a5922a56  1.27MB   pulled",
        "│            64bcf739adc1  970B     pulled",
        "│            c519c091e50e  92.5kB   pulled",
        "│            4f00d1031992  36.9MB   ██████████·········· 17.9MB 6.8s left",
        "│            fc1917b27d38  4.9MB    pulled",
        "└─ revision 1 (old) web-67867fd4ff · 2/2 ready · 76s · nginx:1.26",
        "   └─ replicaset web-67867fd4ff · 2 wanted · 2 ready · 76s",
        "      ├─ ● web-67867fd4ff-w4zt8  ready  1/1  kctl-worker-1  76s",
        "      └─ ● web-67867fd4ff-w9pdd  ready  1/1  kctl-worker-2  76s",
        "  10:00:02 Started pod/web-67867fd4ff-w9pdd: Container started",
        "  10:00:03 Started pod/web-67867fd4ff-w4zt8: Container started",
        "  10:01:00 ScalingReplicaSet deployment/web: Scaled up replica set web-6777f5d966 from 0 to 1",
        "  10:01:00 SuccessfulCreate replicaset/web-6777f5d966: Created pod: web-6777f5d966-lghj4",
        "  10:01:00 Scheduled pod/web-6777f5d966-lghj4: Successfully assigned default/web-6777f5d966-lghj4 to kctl-worker-2",
        "  10:01:00 Pulling pod/web-6777f5d966-lghj4: Pulling image "ghcr.io/shop/web:2"",
        "Waiting for deployment "web" rollout to finish: 1 out of 2 new replicas have been updated...",
      ]
    `);
  });
  test('what does not fit is left out step by step, the pods last', () => {
    const heights = [100, 26, 18, 12, 9].map((height) => live('slow-pull', 16_000, height).length);
    expect(heights).toEqual([27, 24, 14, 11, 11]);
    expect(live('slow-pull', 16_000, 9)).toMatchInlineSnapshot(`
      [
        "deployment default/web · RollingUpdate · 2 wanted · 1 new · 2 old · 2 available",
        "│  ▓▓▓▓▓▓▓▓▓▓░░░░░░░░░░░░░░░░░░░░  █ 0 new ready  ▓ 1 on the way  ░ 2 old",
        "│  surge 1 of 1 · unavailable 0 of 0",
        "│  ends in ~37s: the image pull of web-6777f5d966-lghj4 on kctl-worker-2 holds it, 1 more round of pods to come (estimated by pods of the revision before)",
        "├─ revision 2 (new) web-6777f5d966 · 0/1 ready · 16s · ghcr.io/shop/web:2",
        "│  └─ ◔ web-6777f5d966-lghj4  pulling  0/1  kctl-worker-2  16s",
        "│       pull ghcr.io/shop/web:2  ██████████·········· 48%  46.9MB of 97.7MB · 9s left",
        "└─ revision 1 (old) web-67867fd4ff · 2/2 ready · 76s · nginx:1.26",
        "   ├─ ● web-67867fd4ff-w4zt8  ready  1/1  kctl-worker-1  76s",
        "   └─ ● web-67867fd4ff-w9pdd  ready  1/1  kctl-worker-2  76s",
        "Waiting for deployment "web" rollout to finish: 1 out of 2 new replicas have been updated...",
      ]
    `);
  });
  test('why it fails stands below, with the log', () => {
    expect(live('crash-loop', 30_000).slice(-4)).toMatchInlineSnapshot(`
      [
        "  10:01:29 ! BackOff pod/web-d7b97f78d-bszwt: Back-off restarting failed container app in pod web-d7b97f78d-bszwt_default(6c930694-5eee-4fdd-8115-78796705ac0e) (3 times)",
        "Waiting for deployment "web" rollout to finish: 2 out of 3 new replicas have been updated...",
        "✖ pod "web-d7b97f78d-4v9bz" and 1 more: container "app" keeps crashing (exit code 3, 2 restarts)",
        "  | cat: can't open '/etc/worker/queue.conf': No such file or directory",
      ]
    `);
  });
  test('what holds it up is broken into lines, not cut', () => {
    const wide = live('memory', 5000, 100).find((line) => /^[✖!] /.test(line))!;
    const narrow = live('memory', 5000, 100, 60);
    const from = narrow.findIndex((line) => /^[✖!] /.test(line));
    const lines = narrow.slice(from);
    expect(lines.length).toBeGreaterThan(2);
    expect(lines.every((line) => line.length < 60)).toBe(true);
    expect(lines.map((line) => line.trim()).join(' ')).toBe(wide);
  });
  test('of several, those that are decided make room: their ends stay', () => {
    const rollouts = ['done', 'slow-pull', 'image-typo'].map((name) => {
      const playback = new Playback(storyRecording(name));
      const judge = new RolloutJudge(playback.now());
      playback.advance(14_000);
      const snapshot = playback.stores[0]!.getSnapshot();
      return { snapshot, verdict: judge.judge(snapshot, playback.now()), now: playback.now() };
    });
    const now = rollouts[0]!.now;
    expect(rollouts.map(({ verdict }) => verdict?.code)).toEqual([0, undefined, 1]);
    const all = watchLines(rollouts, now, 100);
    expect(all.filter((line) => line.includes('revision 1 (old)')).length).toBe(2);
    const lines = watchLines(rollouts, now, 34);
    expect(lines.length).toBeLessThanOrEqual(34);
    expect(lines.slice(0, 3)).toEqual([all[0], '✔ deployment "web" successfully rolled out', '']);
    expect(lines.filter((line) => line.includes('pulling  0/1')).length).toBe(1);
    expect(lines.at(-1)).toMatch(/^✖ pod "\S+": image "\S+" cannot be pulled: .*not found$/);
  });
});
