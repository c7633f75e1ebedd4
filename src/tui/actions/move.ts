import type { Move } from '../views/view-model.ts';
import { type Action, everyView } from './action.ts';

const labels: Readonly<Record<Move, string>> = {
  up: 'Up',
  down: 'Down',
  top: 'Top',
  bottom: 'Bottom',
  'page-up': 'Page up',
  'page-down': 'Page down',
  left: 'Left',
  right: 'Right',
};

export const moveActions: readonly Action[] = (Object.keys(labels) as Move[]).map((move) => ({
  id: move,
  label: labels[move],
  group: 'Move',
  views: everyView,
  apply: ({ model }) => model.move(move),
}));
