/** The parts of the page below its head; keys go to one of them. */
export const panelNames = ['tree', 'nodes', 'diff', 'events'] as const;
export type PanelName = (typeof panelNames)[number];

export interface Place {
  panel: PanelName;
  /** Of its title; its body is below it. */
  top: number;
  left: number;
  width: number;
  /** With its title. */
  height: number;
}

/** From this width on the comparison stands beside the rest. */
const wideFrom = 130;
/** Below this height one part is seen at a time. */
const severalFrom = 12;
const leastBeside = 44;
const least = { tree: 6, nodes: 5, events: 3 } as const;

interface Wanted {
  /** Lines that each part would take, without its title. */
  tree: number;
  nodes: number;
  events: number;
  focus: PanelName;
}

/** Where the parts stand in `width` × `height` cells below the head: what does not fit is left out, never the focus. */
export function placePanels(width: number, height: number, wanted: Wanted): Place[] {
  if (height < 2) return [];
  const isWide = width >= wideFrom;
  const right = isWide ? Math.max(leastBeside, Math.floor(width * 0.36)) : 0;
  const left = isWide ? width - right - 1 : width;
  const beside: Place[] = isWide ? [{ panel: 'diff', top: 0, left: left + 1, width: right, height }] : [];
  const focus = isWide && wanted.focus === 'diff' ? 'tree' : wanted.focus;
  if (focus === 'diff' || height < severalFrom) {
    return [{ panel: focus, top: 0, left: 0, width: left, height }, ...beside];
  }
  const heights = share(height, { ...wanted, focus });
  let top = 0;
  const places: Place[] = [];
  for (const panel of ['tree', 'nodes', 'events'] as const) {
    if (heights[panel] >= 2) places.push({ panel, top, left: 0, width: left, height: heights[panel] });
    top += heights[panel] >= 2 ? heights[panel] : 0;
  }
  return [...places, ...beside];
}

type Stacked = keyof typeof least;

/** As much as each wants where there is room; else the focus first, then the tree, the nodes and the events. */
function share(height: number, wanted: Wanted): Record<Stacked, number> {
  const wish = (panel: Stacked) => wanted[panel] + 1;
  const heights: Record<Stacked, number> = { tree: 0, nodes: 0, events: 0 };
  let room = height;
  const focus = wanted.focus as Stacked;
  const order = [focus, ...(['tree', 'nodes', 'events'] as const).filter((panel) => panel !== focus)];
  for (const panel of order) {
    const own = Math.min(wish(panel), least[panel], room);
    heights[panel] = own < 2 ? 0 : own;
    room -= heights[panel];
  }
  for (const panel of order) {
    const more = Math.min(room, Math.max(0, wish(panel) - heights[panel]));
    if (heights[panel] === 0 && more < 2) continue;
    heights[panel] += more;
    room -= more;
  }
  // What is left over belongs to the tree, so that titles below it stand still while rows come and go.
  heights.tree += room;
  return heights;
}
