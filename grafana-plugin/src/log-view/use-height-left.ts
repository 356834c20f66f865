import { useCallback, useEffect, useRef, useState } from 'react';
import { narrow } from './options.js';

/** Below that, the page scrolls rather. The bar takes more of it where it is narrow. */
const leastHeight = () => (window.innerWidth < narrow ? 620 : 420);
const margin = 24;

/** The height from an element's upper edge to the end of the window, or the one that is given. */
export function useHeightLeft(given: number | undefined): [(element: HTMLDivElement | null) => void, number] {
  const [left, setLeft] = useState(leastHeight);
  const element = useRef<HTMLDivElement | null>(null);
  const measure = useCallback(() => {
    if (element.current === null) return;
    const top = element.current.getBoundingClientRect().top + window.scrollY;
    setLeft(Math.max(leastHeight(), Math.floor(window.innerHeight - top - margin)));
  }, []);
  const ref = useCallback(
    (next: HTMLDivElement | null) => {
      element.current = next;
      measure();
    },
    [measure],
  );
  useEffect(() => {
    if (given !== undefined) return undefined;
    // What stands above changes its height too.
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    window.addEventListener('resize', measure);
    return () => {
      observer.disconnect();
      window.removeEventListener('resize', measure);
    };
  }, [given, measure]);
  return [ref, given ?? left];
}
