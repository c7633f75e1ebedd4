import { run, runUntilGone, type Story, show } from '../story.ts';

const shop = (name: string, track: string, replicas: number, version: string): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: shop, track: ${track}}}
  template:
    metadata:
      labels: {app: shop, track: ${track}, version: ${version}}
    spec:
      containers:
      - name: shop
        image: nginx:1.${version === 'v1' ? 26 : 27}
`;

export const canary: Story = {
  title: { en: 'A rolling update, with a canary first', ko: '카나리를 먼저 보내는 롤링 업데이트' },
  files: {
    'service.yaml': `apiVersion: v1
kind: Service
metadata:
  name: shop
spec:
  selector: {app: shop}
  ports: [{port: 80}]
`,
    'stable.yaml': shop('shop', 'stable', 4, 'v1'),
    'canary.yaml': shop('shop-canary', 'canary', 1, 'v2'),
    'stable-v2.yaml': shop('shop', 'stable', 4, 'v2'),
  },
  scenes: [
    {
      say: {
        en: 'A Service sends requests to every ready pod whose labels it selects. It knows nothing of Deployments. Four pods of version 1 stand behind this one.',
        ko: 'Service는 레이블이 맞고 준비된 모든 파드에 요청을 보냅니다. Deployment가 무엇인지는 모릅니다. 지금은 버전 1 파드 네 개가 뒤에 있습니다.',
      },
      acts: [
        show('service.yaml'),
        run('apply -f service.yaml -f stable.yaml'),
        run('rollout status deployment/shop', /successfully rolled out/, '3m'),
      ],
    },
    {
      say: {
        en: 'The canary is a Deployment of its own with one pod of version 2, and with the label that the Service selects. So about every fifth request goes to it.',
        ko: '카나리는 버전 2 파드 하나를 가진 별도의 Deployment이고, Service가 고르는 레이블을 달고 있습니다. 그래서 요청 다섯 개 가운데 하나쯤이 카나리로 갑니다.',
      },
      acts: [
        show('canary.yaml'),
        run('apply -f canary.yaml'),
        run('rollout status deployment/shop-canary', /successfully rolled out/, '3m'),
        run('get pods -l app=shop -L track,version'),
      ],
    },
    {
      say: {
        en: 'It sings. So version 2 for all: a rolling update, one pod more and one pod less than four at most, old ones going as new ones become ready. We look while it is under way.',
        ko: '카나리가 잘 노래합니다. 그러니 모두 버전 2로 바꿉니다. 롤링 업데이트는 많아야 하나 더 많거나 하나 적은 상태를 지키면서, 새 파드가 준비되는 만큼 옛 파드를 내립니다. 진행 중에 한번 봅시다.',
      },
      acts: [
        run('apply -f stable-v2.yaml'),
        run('get replicasets -l track=stable'),
        run('rollout status deployment/shop', /successfully rolled out/, '3m'),
        run('get replicasets -l track=stable'),
      ],
    },
    {
      say: {
        en: 'The canary has done its work and goes. The old ReplicaSet stays, empty: it is what `rollout undo` would fill.',
        ko: '카나리는 할 일을 마치고 떠납니다. 옛 ReplicaSet은 빈 채로 남습니다. `rollout undo`가 다시 채우는 것이 바로 이것입니다.',
      },
      acts: [
        run('delete deployment shop-canary'),
        run('rollout history deployment/shop'),
        runUntilGone('get pods -L version', /canary/),
      ],
    },
  ],
  moral: {
    en: 'Labels decide who gets traffic. A canary needs no tool: a second Deployment with one pod, and the share of requests is the share of pods.',
    ko: '트래픽을 받을 파드는 레이블이 정합니다. 카나리에는 특별한 도구가 필요 없습니다. 파드 하나짜리 Deployment를 더하면, 요청의 비율은 파드의 비율이 됩니다.',
  },
};
