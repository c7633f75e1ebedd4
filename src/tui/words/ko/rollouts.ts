/** Rollouts and images: stages, what holds them up, layers. */
export const rolloutWords: Readonly<Record<string, string>> = {
  updated: '갱신됨',
  available: '사용 가능',
  'new {fresh} · old {old} · ready {ready} · surge {surge} · unavailable {unavailable}':
    '새 {fresh} · 이전 {old} · 준비 {ready} · 초과 {surge} · 사용 불가 {unavailable}',
  PAUSED: '일시 정지',
  paused: '일시 정지',
  '1 older revision is kept for undo': '되돌리기용 이전 리비전 1개 보관',
  '{count} older revisions are kept for undo': '되돌리기용 이전 리비전 {count}개 보관',
  '{ready}/{desired} ready': '{ready}/{desired} 준비',
  '(new)': '(새)',
  '(old)': '(이전)',
  'cause: {cause}': '원인: {cause}',
  'image: {image}': '이미지: {image}',
  '{count} layers, {size}': '레이어 {count}개, {size}',
  'none of them new': '새 레이어 없음',
  '{count} of them new ({size})': '그중 {count}개 새로움({size})',
  '(simulated)': '(가상)',
  '{count} restarts': '재시작 {count}회',
  pending: '대기',
  scheduled: '배정됨',
  pulling: '받는 중',
  init: '초기화',
  starting: '시작 중',
  started: '시작됨',
  ready: '준비됨',
  terminating: '종료 중',
  succeeded: '완료',
  '{name} no longer exists. Esc goes back.': '{name}은(는) 이제 없습니다. Esc로 돌아갑니다.',
  layers: '레이어',
  digest: '다이제스트',
  size: '크기',
  'not known: this cluster does not serve image layers': '알 수 없음: 이 클러스터는 이미지 레이어를 제공하지 않습니다',
  '{size} in {count} layers': '{size}, 레이어 {count}개',
  '(shared)': '(공유)',
  'no status viewer has been implemented for {1}': '{1}의 롤아웃 상태는 볼 수 없습니다',
  'desired revision ({1}) is different from the running revision ({2})':
    '원한 리비전({1})이 실행 중인 리비전({2})과 다릅니다',
  'rollout status is only available for RollingUpdate strategy type':
    '롤아웃 상태는 RollingUpdate 전략에서만 볼 수 있습니다',
  'Waiting for deployment spec update to be observed...': '디플로이먼트 변경이 반영되기를 기다리는 중...',
  'Waiting for daemon set spec update to be observed...': '데몬셋 변경이 반영되기를 기다리는 중...',
  'Waiting for statefulset spec update to be observed...': '스테이트풀셋 변경이 반영되기를 기다리는 중...',
  'Waiting for deployment {1} rollout to finish: {2} out of {3} new replicas have been updated...':
    '디플로이먼트 {1} 롤아웃 진행 중: 새 레플리카 {3}개 중 {2}개 갱신됨...',
  'Waiting for deployment {1} rollout to finish: {2} old replicas are pending termination...':
    '디플로이먼트 {1} 롤아웃 진행 중: 이전 레플리카 {2}개가 종료를 기다리는 중...',
  'Waiting for deployment {1} rollout to finish: {2} of {3} updated replicas are available...':
    '디플로이먼트 {1} 롤아웃 진행 중: 갱신된 레플리카 {3}개 중 {2}개 사용 가능...',
  'deployment {1} successfully rolled out': '디플로이먼트 {1} 롤아웃 완료',
  'deployment {1} exceeded its progress deadline': '디플로이먼트 {1}이(가) 진행 제한 시간을 넘겼습니다',
  'Waiting for daemon set {1} rollout to finish: {2} out of {3} new pods have been updated...':
    '데몬셋 {1} 롤아웃 진행 중: 새 파드 {3}개 중 {2}개 갱신됨...',
  'Waiting for daemon set {1} rollout to finish: {2} of {3} updated pods are available...':
    '데몬셋 {1} 롤아웃 진행 중: 갱신된 파드 {3}개 중 {2}개 사용 가능...',
  'daemon set {1} successfully rolled out': '데몬셋 {1} 롤아웃 완료',
  'Waiting for {1} pods to be ready...': '파드 {1}개가 준비되기를 기다리는 중...',
  'Waiting for partitioned roll out to finish: {1} out of {2} new pods have been updated...':
    '파티션 롤아웃 진행 중: 새 파드 {2}개 중 {1}개 갱신됨...',
  'partitioned roll out complete: {1} new pods have been updated...': '파티션 롤아웃 완료: 새 파드 {1}개 갱신됨...',
  'waiting for statefulset rolling update to complete {1} pods at revision {2}...':
    '스테이트풀셋 롤링 업데이트 진행 중: 리비전 {2} 파드 {1}개...',
  'statefulset rolling update complete {1} pods at revision {2}...':
    '스테이트풀셋 롤링 업데이트 완료: 리비전 {2} 파드 {1}개...',
  'image name "{1}" is not valid': '이미지 이름 "{1}"이(가) 올바르지 않습니다',
  'image "{1}" is not on the node and its pull policy is Never':
    '이미지 "{1}"이(가) 노드에 없고 가져오기 정책이 Never입니다',
  'image "{1}" cannot be pulled': '이미지 "{1}"을(를) 가져올 수 없습니다',
  'container "{1}" cannot be created: {2}': '컨테이너 "{1}"을(를) 만들 수 없습니다: {2}',
  'its configuration is incomplete': '설정이 온전하지 않습니다',
  'container "{1}" keeps crashing ({2}, {3})': '컨테이너 "{1}"이(가) 계속 죽습니다({2}, {3})',
  '{count} restart': '재시작 {count}회',
  'no exit code known': '종료 코드 모름',
  'exit code {1}': '종료 코드 {1}',
  '{1}, exit code {2}': '{1}, 종료 코드 {2}',
  'pods cannot be created: {1}': '파드를 만들 수 없습니다: {1}',
  'pod "{1}" finds no node: {2}': '파드 "{1}"이(가) 갈 노드가 없습니다: {2}',
  '{1}; it is of an older revision, and the StatefulSet waits for it: delete the pod':
    '{1}. 이전 리비전의 파드이고 스테이트풀셋이 이를 기다립니다. 파드를 삭제하세요',
};
