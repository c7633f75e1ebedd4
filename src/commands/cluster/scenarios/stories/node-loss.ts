import { run, runUntilGone, type Story, show } from '../story.ts';

export const nodeLoss: Story = {
  title: { en: 'A node falls silent', ko: '노드 하나가 침묵할 때' },
  files: {
    'web.yaml': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 4
  selector: {matchLabels: {app: web}}
  template:
    metadata:
      labels: {app: web}
    spec:
      topologySpreadConstraints:
      - maxSkew: 1
        topologyKey: kubernetes.io/hostname
        whenUnsatisfiable: ScheduleAnyway
        labelSelector: {matchLabels: {app: web}}
      containers:
      - name: web
        image: nginx:1.27
`,
  },
  scenes: [
    {
      say: {
        en: 'Four pods, spread over the nodes that may run them.',
        ko: '파드 네 개가 실행할 수 있는 노드들에 고루 퍼져 있습니다.',
      },
      acts: [
        show('web.yaml'),
        run('apply -f web.yaml'),
        run('rollout status deployment/web', /successfully rolled out/, '3m'),
        run('get pods -o wide'),
      ],
    },
    {
      say: {
        en: 'Somebody pulls the plug of kctl-worker-1. Its kubelet renewed a lease every 10 seconds; now nothing comes. For 50 seconds the control plane waits, as it may be only the network. Then the node is NotReady, gets a taint, and its pods leave the Service.',
        ko: '누군가 kctl-worker-1의 전원을 뽑았습니다. kubelet은 10초마다 리스(lease)를 새로 썼는데 이제 아무 소식이 없습니다. 네트워크 문제일지도 모르니 컨트롤 플레인은 50초를 기다립니다. 그다음 노드는 NotReady가 되고 테인트가 붙으며, 그 파드들은 Service에서 빠집니다.',
      },
      acts: [
        run('cluster node fail kctl-worker-1'),
        run('get nodes', /kctl-worker-1 +NotReady/, '3m'),
        run('get pods -o wide'),
      ],
    },
    {
      say: {
        en: 'The pods there still show Running: nobody can ask the kubelet. Every pod tolerates such a node for 300 seconds unless it says otherwise. After that they are evicted, and the ReplicaSet makes new ones elsewhere. The old ones stay Terminating, as only their kubelet could tell that they have ended.',
        ko: '그 노드의 파드는 아직 Running으로 보입니다. kubelet에게 물을 수 없으니까요. 따로 정하지 않으면 모든 파드는 그런 노드를 300초 동안 견딥니다. 그 뒤에 축출(eviction)되고 ReplicaSet이 다른 곳에 새 파드를 만듭니다. 옛 파드는 Terminating으로 남습니다. 정말 끝났는지는 그 kubelet만 알기 때문입니다.',
      },
      acts: [run('get pods -o wide', /Terminating/, '8m')],
    },
    {
      say: {
        en: 'The node comes back, says that those containers have ended, and the pods are gone. What runs elsewhere stays there: Kubernetes does not move pods back.',
        ko: '노드가 돌아와 그 컨테이너들이 끝났다고 말하면 파드는 사라집니다. 다른 곳에서 돌던 것은 그대로 있습니다. 쿠버네티스는 파드를 되옮기지 않습니다.',
      },
      acts: [
        run('cluster node recover kctl-worker-1'),
        run('get nodes', /kctl-worker-1 +Ready/, '2m'),
        runUntilGone('get pods -o wide', /Terminating/),
      ],
    },
  ],
  moral: {
    en: 'A dead node costs about 50 s + 300 s by default. Shorter tolerationSeconds replace pods sooner, and more often for nothing; several replicas on several nodes are what users do not notice.',
    ko: '노드가 죽으면 기본값으로는 약 50초 + 300초가 지나야 파드가 바뀝니다. tolerationSeconds를 줄이면 더 빨리 바뀌지만 괜한 교체도 늘어납니다. 사용자가 눈치채지 못하게 하려면 여러 노드에 여러 복제본을 두세요.',
  },
};
