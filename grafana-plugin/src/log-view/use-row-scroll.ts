import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { rowHeight } from './styles.js';

/** The tallest that an element may be: browsers end between 16 and 33 million pixels. */
const mostPixels = 8_000_000;
/** A browser that does not lay out (as in tests) shows so much. */
const assumedHeight = 600;
const syncAfterMs = 150;

/** The first row that is seen, and how much of it is above the edge, in pixels. */
interface Anchor {
  index: number;
  hidden: number;
}

export interface RowScroll {
  element(): HTMLDivElement | null;
  ref(element: HTMLDivElement | null): void;
  /** Height of what is scrolled. */
  height: number;
  viewport: number;
  anchor: Anchor;
  /** One more than the last row that is seen. */
  end: number;
  onScroll(): void;
  /** Told how tall a row turned out. */
  measure(index: number, height: number): void;
  reveal(index: number, align: 'center' | 'nearest' | 'end'): void;
  /** Rows in view. */
  rows: number;
}

/**
 * Scrolls rows of which only those in view are laid out, however many there are. Rows may be taller than the usual one;
 * how much is known when they were seen. Where all rows together are taller than a browser allows, the bar stands for
 * the whole and small steps move by pixels.
 * @param layout changes when the height of every row may be another
 */
export function useRowScroll(total: number, layout: string): RowScroll {
  const element = useRef<HTMLDivElement | null>(null);
  const [viewport, setViewport] = useState(assumedHeight);
  const [anchor, setAnchor] = useState<Anchor>({ index: 0, hidden: 0 });
  const [, setMeasured] = useState(0);
  const heights = useRef(new Map<number, number>());
  const lastY = useRef(0);
  const known = useRef(layout);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  if (known.current !== layout) {
    known.current = layout;
    heights.current = new Map();
  }

  const heightOf = (index: number) => heights.current.get(index) ?? rowHeight;
  let extra = 0;
  for (const height of heights.current.values()) extra += height - rowHeight;
  const natural = total * rowHeight + extra;
  const height = Math.min(Math.max(natural, 0), mostPixels);
  const isExact = heights.current.size === 0 && natural <= mostPixels;

  /** Where `index` stands if it is so far below the upper edge. */
  const above = (index: number, pixels: number): Anchor => {
    let at = index;
    let left = pixels;
    while (at > 0 && left > 0) left -= heightOf(--at);
    return { index: at, hidden: Math.max(0, -left) };
  };
  const lowest = above(total, viewport);
  const clamp = (wanted: Anchor): Anchor => {
    if (wanted.index < 0) return { index: 0, hidden: 0 };
    const isBelow = wanted.index > lowest.index || (wanted.index === lowest.index && wanted.hidden > lowest.hidden);
    return isBelow ? lowest : wanted;
  };
  const moved = ({ index, hidden }: Anchor, pixels: number): Anchor => {
    let at = index;
    let left = hidden + pixels;
    while (left < 0 && at > 0) left += heightOf(--at);
    while (at < total - 1 && left >= heightOf(at)) left -= heightOf(at++);
    return clamp({ index: at, hidden: Math.max(0, left) });
  };
  const before = (index: number) => {
    let sum = index * rowHeight;
    for (const [at, tall] of heights.current) if (at < index) sum += tall - rowHeight;
    return sum;
  };
  const now = clamp(anchor);

  const sync = () => {
    const scroller = element.current;
    if (scroller === null) return;
    const most = before(lowest.index) + lowest.hidden;
    const share = most === 0 ? 0 : Math.min(1, (before(now.index) + now.hidden) / most);
    const y = isExact ? before(now.index) + now.hidden : share * (height - viewport);
    if (Math.abs(y - scroller.scrollTop) < 1) return;
    scroller.scrollTop = y;
    lastY.current = scroller.scrollTop;
  };
  const syncNow = useRef(sync);
  useLayoutEffect(() => {
    syncNow.current = sync;
  });

  const later = () => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      syncNow.current();
    }, syncAfterMs);
  };
  useEffect(
    () => () => {
      clearTimeout(timer.current);
    },
    [],
  );

  const observer = useRef<ResizeObserver>(undefined);
  const ref = useCallback((next: HTMLDivElement | null) => {
    observer.current?.disconnect();
    element.current = next;
    if (next === null) return;
    const look = () => {
      if (next.clientHeight > 0) setViewport(next.clientHeight);
    };
    look();
    observer.current = new ResizeObserver(look);
    observer.current.observe(next);
  }, []);

  let end = now.index;
  for (let pixels = -now.hidden; end < total && pixels < viewport; end++) pixels += heightOf(end);

  return {
    element: () => element.current,
    ref,
    height,
    viewport,
    anchor: now,
    end,
    rows: Math.max(1, Math.floor(viewport / rowHeight)),
    onScroll() {
      const scroller = element.current;
      if (scroller === null) return;
      const y = scroller.scrollTop;
      const step = y - lastY.current;
      lastY.current = y;
      if (step === 0) return;
      if (isExact) setAnchor(clamp({ index: Math.floor(y / rowHeight), hidden: y % rowHeight }));
      else if (Math.abs(step) <= 3 * viewport) {
        setAnchor((from) => moved(clamp(from), step));
        later();
      } else {
        const at = (y / Math.max(1, height - viewport)) * (lowest.index + lowest.hidden / rowHeight);
        setAnchor(clamp({ index: Math.floor(at), hidden: (at % 1) * heightOf(Math.floor(at)) }));
        later();
      }
    },
    measure(index, tall) {
      const rounded = Math.round(tall);
      if (rounded === 0 || heightOf(index) === rounded) return;
      if (rounded === rowHeight) heights.current.delete(index);
      else heights.current.set(index, rounded);
      setMeasured((count) => count + 1);
      later();
    },
    reveal(index, align) {
      if (index < 0 || index >= total) return;
      const isSeen =
        (index > now.index || (index === now.index && now.hidden === 0)) &&
        before(index) + heightOf(index) <= before(now.index) + now.hidden + viewport;
      if (align === 'nearest' && isSeen) return;
      let next: Anchor;
      if (align === 'center') next = above(index, Math.max(0, (viewport - heightOf(index)) / 2));
      else if (align === 'end' || index > now.index) next = above(index + 1, viewport);
      else next = { index, hidden: 0 };
      // A record taller than the view is shown from its beginning.
      if (heightOf(index) > viewport) next = { index, hidden: 0 };
      setAnchor(clamp(next));
      clearTimeout(timer.current);
      timer.current = setTimeout(() => {
        syncNow.current();
      }, 0);
    },
  };
}
