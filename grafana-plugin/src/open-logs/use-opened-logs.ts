import { useEffect, useState, useSyncExternalStore } from 'react';
import { filesOfDrop } from './dropped.js';
import type { GivenFile, OpenedState, Progress } from './protocol.js';
import type { LogReader } from './reader.js';
import { startReader } from './start-reader.js';

export const browserZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

export interface OpenedLogs {
  reader: LogReader;
  state: OpenedState;
  progress: Progress | null;
  /** What the worker broke by; null while it lives. */
  failure: Error | null;
  add(given: GivenFile[]): void;
  restart(): void;
}

/** The logs that are open in this tab. */
export function useOpenedLogs(): OpenedLogs {
  const [reader, setReader] = useState(startReader);
  const state = useSyncExternalStore(reader.subscribe, reader.state);
  const progress = useSyncExternalStore(reader.subscribe, reader.progress);
  const failure = useSyncExternalStore(reader.subscribe, reader.failure);
  const [adding, setAdding] = useState<Error | null>(null);
  const noted = (asked: Promise<unknown>) => {
    asked.catch((error: unknown) => {
      setAdding(error instanceof Error ? error : new Error(String(error)));
    });
  };
  useEffect(() => {
    if (reader.state().timezone === '') reader.ask('setTimezone', browserZone()).catch(() => undefined);
  }, [reader]);
  return {
    reader,
    state,
    progress,
    failure: failure ?? adding,
    add(given) {
      if (given.length > 0) noted(reader.ask('add', given));
    },
    restart() {
      setAdding(null);
      setReader(startReader());
    },
  };
}

/** Whether files are held over the window, wherever on the page they are then dropped. */
export function useDropOnPage(onDrop: (given: GivenFile[]) => void): boolean {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const hasFiles = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes('Files') ?? false;
    const over = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent) => {
      setOver(false);
      if (!hasFiles(event) || event.dataTransfer === null) return;
      // Else the browser would leave the page for the file.
      event.preventDefault();
      void filesOfDrop(event.dataTransfer).then(onDrop);
    };
    window.addEventListener('dragover', over);
    window.addEventListener('dragleave', leave);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragover', over);
      window.removeEventListener('dragleave', leave);
      window.removeEventListener('drop', drop);
    };
  }, [onDrop]);
  return isOver;
}
