import { run, type Story, show } from '../story.ts';

const ended = '.status.containerStatuses[0].lastState.terminated';
const columns = `POD:.metadata.name,REASON:${ended}.reason,EXIT:${ended}.exitCode`;

const worker = (more = ''): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: worker
spec:
  selector: {matchLabels: {app: worker}}
  template:
    metadata:
      labels: {app: worker}
    spec:
      containers:
      - name: worker
        image: busybox:1.37
        command:
        - sh
        - -c
        - cat /etc/worker/queue.conf || exit 3; sleep infinity
${more}`;

const config = `apiVersion: v1
kind: ConfigMap
metadata:
  name: worker
data:
  queue.conf: |
    url=amqp://queue
---
`;

const mounted = `        volumeMounts:
        - {name: config, mountPath: /etc/worker}
      volumes:
      - name: config
        configMap: {name: worker}
`;

export const crashLoop: Story = {
  title: { en: 'A container that crashes again and again', ko: '자꾸 죽는 컨테이너' },
  files: {
    'worker.yaml': worker(),
    'worker-fixed.yaml': config + worker(mounted),
  },
  scenes: [
    {
      say: {
        en: 'A worker reads its configuration when it starts. Nobody has given it one. We apply the Deployment and look at its pod.',
        ko: '이 워커는 시작할 때 설정 파일을 읽습니다. 그런데 아무도 설정을 넣어 주지 않았습니다. Deployment를 적용하고 파드를 봅시다.',
      },
      acts: [show('worker.yaml'), run('apply -f worker.yaml'), run('get pods', /CrashLoopBackOff/, '5m')],
    },
    {
      say: {
        en: 'The kubelet starts the container again each time it ends, and waits longer before each start: 10 s, 20 s, 40 s, up to five minutes. CrashLoopBackOff names that waiting; it is not the fault itself. The fault is in the log of the run before.',
        ko: 'kubelet은 컨테이너가 끝날 때마다 다시 시작하고, 그때마다 더 오래 기다립니다: 10초, 20초, 40초, 길게는 5분까지. CrashLoopBackOff는 이 기다림의 이름일 뿐 원인이 아닙니다. 원인은 바로 앞 실행의 로그에 있습니다.',
      },
      acts: [run('logs deployment/worker --previous', /can't open|No such file/, '3m')],
    },
    {
      say: {
        en: 'RESTARTS counts on, and the status says how the last run ended: its exit code (3) is the one that the script chose. 137 would mean killed (often for lack of memory), 143 asked to end, 0 that the program had nothing more to do.',
        ko: 'RESTARTS는 계속 늘어나고, 마지막 실행이 어떻게 끝났는지는 상태(status)에 있습니다. 종료 코드 3은 스크립트가 고른 값입니다. 137이면 강제 종료(대개 메모리 부족), 143이면 종료 요청, 0이면 프로그램이 할 일을 마쳤다는 뜻입니다.',
      },
      acts: [run('get pods', /worker\S+ +0\/1 +\S+ +[3-9]/, '6m'), run(`get pods -o custom-columns=${columns}`)],
    },
    {
      say: {
        en: 'So we give it what it looks for: a ConfigMap, mounted as a file. The Deployment makes a new pod and lets the old one go.',
        ko: '그러니 찾는 것을 줍시다. ConfigMap을 파일로 마운트합니다. Deployment가 새 파드를 만들고 옛 파드를 내립니다.',
      },
      acts: [
        show('worker-fixed.yaml'),
        run('apply -f worker-fixed.yaml'),
        run('get pods', /^NAME.*\nworker\S+ +1\/1 +Running +0 .*\n$/, '3m'),
        run('logs deployment/worker', /amqp/),
      ],
    },
  ],
  moral: {
    en: 'CrashLoopBackOff: read `logs --previous` and the exit code first. Deleting the pod only makes another one that ends the same way.',
    ko: 'CrashLoopBackOff를 만나면 먼저 `logs --previous`와 종료 코드를 읽으세요. 파드를 지워 봐야 똑같이 죽는 파드가 또 생길 뿐입니다.',
  },
};
