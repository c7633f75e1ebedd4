import { run, type Story, show } from '../story.ts';

const api = (readiness: number, liveness: number): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: api
spec:
  replicas: 2
  selector: {matchLabels: {app: api}}
  template:
    metadata:
      labels: {app: api}
    spec:
      containers:
      - name: api
        image: nginx:1.27
        ports: [{containerPort: 80}]
        readinessProbe:
          httpGet: {path: /, port: ${readiness}}
          periodSeconds: 5
        livenessProbe:
          httpGet: {path: /, port: ${liveness}}
          periodSeconds: 5
---
apiVersion: v1
kind: Service
metadata:
  name: api
spec:
  selector: {app: api}
  ports: [{port: 80}]
`;

/** What the Service knows of its pods, in one line. */
const endpoints =
  'get endpointslices -l kubernetes.io/service-name=api -o custom-columns=ADDRESSES:.endpoints[*].addresses[0],READY:.endpoints[*].conditions.ready';

export const badProbe: Story = {
  title: { en: 'A probe that asks at the wrong door', ko: '엉뚱한 문을 두드리는 프로브' },
  files: { 'api.yaml': api(8080, 80), 'api-worse.yaml': api(80, 8080), 'api-fixed.yaml': api(80, 80) },
  scenes: [
    {
      say: {
        en: 'The server listens on port 80. Its readiness probe asks on 8080, where nobody answers. The containers run, but no pod becomes ready.',
        ko: '서버는 80번 포트에서 요청을 받는데, 준비성 프로브(readinessProbe)는 아무도 없는 8080번에 묻습니다. 컨테이너는 돌지만 파드는 준비되지 않습니다.',
      },
      acts: [
        show('api.yaml'),
        run('apply -f api.yaml'),
        run('get pods', /api\S+ +0\/1 +Running/, '2m'),
        run('get events --field-selector reason=Unhealthy', /Readiness probe failed/, '2m'),
      ],
    },
    {
      say: {
        en: 'A pod that is not ready gets no traffic: the Service has no ready endpoint, and whoever calls it is refused. Nothing is restarted, as readiness only decides who is sent requests.',
        ko: '준비되지 않은 파드에는 트래픽이 가지 않습니다. Service에 준비된 엔드포인트가 하나도 없으니 어떤 요청도 거절됩니다. 재시작도 없습니다. 준비성은 요청을 보낼지 말지만 정하기 때문입니다.',
      },
      acts: [run(endpoints, /false,false/)],
    },
    {
      say: {
        en: 'The same mistake in the liveness probe is worse: three failures in a row, and the kubelet kills a server that is perfectly well. And again, and again.',
        ko: '같은 실수가 활성 프로브(livenessProbe)에 있으면 더 나쁩니다. 세 번 연달아 실패하면 kubelet은 멀쩡한 서버를 죽입니다. 그리고 또, 또 죽입니다.',
      },
      acts: [
        run('apply -f api-worse.yaml'),
        run('get pods', /api\S+ +\d\/1 +\S+ +[1-9]/, '5m'),
        run('get events --field-selector reason=Killing', /failed liveness probe/, '2m'),
      ],
    },
    {
      say: {
        en: 'Both at the right door, and all is well. The restarts end, the Service has its endpoints.',
        ko: '둘 다 맞는 문을 두드리게 하면 괜찮아집니다. 재시작이 멈추고 Service는 엔드포인트를 되찾습니다.',
      },
      acts: [
        run('apply -f api-fixed.yaml'),
        run('rollout status deployment/api', /successfully rolled out/, '5m'),
        run(endpoints, /\S,\S+ +true,true\n$/),
      ],
    },
  ],
  moral: {
    en: 'Readiness takes a pod out of the Service, liveness kills it. A liveness probe must fail only where a restart would help; for slow starts there is the startup probe.',
    ko: '준비성은 파드를 Service에서 빼고, 활성은 파드를 죽입니다. 활성 프로브는 재시작이 도움이 될 때만 실패해야 합니다. 시작이 느리면 스타트업 프로브(startupProbe)를 쓰세요.',
  },
};
