import type { KubeObject } from '../../api/meta.ts';
import { qosClass } from '../../api/pod-qos.ts';
import { secondText } from '../clock.ts';
import type { ControlContext } from '../controllers/controller.ts';
import type { Refusal } from './admission.ts';

/** A node does not take what the scheduler would not have sent there. @param now ms since the epoch */
export async function refusePod(
  { client, recorder }: ControlContext,
  pod: KubeObject,
  refusal: Refusal,
  now: number,
): Promise<void> {
  const host: string = pod['spec'].nodeName;
  recorder.record(pod, { type: 'Warning', ...refusal, component: 'kubelet', host });
  const { generation } = pod.metadata;
  const status = {
    ...(generation ? { observedGeneration: generation } : {}),
    phase: 'Failed',
    reason: refusal.reason,
    message: `Pod was rejected: ${refusal.message}`,
    // What others wrote stays.
    ...(pod['status']?.conditions ? { conditions: pod['status'].conditions } : {}),
    startTime: secondText(now),
    qosClass: pod['status']?.qosClass ?? qosClass(pod),
  };
  await client.updateStatus('pods', { ...pod, status });
}
