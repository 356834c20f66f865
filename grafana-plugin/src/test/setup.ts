import '@testing-library/jest-dom/vitest';
import { cleanup, configure } from '@testing-library/react';
import { afterAll, afterEach, beforeAll, vi } from 'vitest';
import { requests, server } from './handlers.js';

// What jsdom has not and @grafana/ui asks for.
Object.defineProperty(window, 'matchMedia', {
  value: () => ({ matches: false, addEventListener: vi.fn(), removeEventListener: vi.fn(), addListener: vi.fn() }),
});
globalThis.ResizeObserver ??= class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
globalThis.IntersectionObserver ??= class {
  observe() {}
  unobserve() {}
  disconnect() {}
  takeRecords() {
    return [];
  }
} as unknown as typeof IntersectionObserver;
const measuring = { measureText: (text: string) => ({ width: 7 * text.length }) };
HTMLCanvasElement.prototype.getContext = (() => measuring) as unknown as typeof HTMLCanvasElement.prototype.getContext;

// Its own second is little where other suites have the machine.
configure({ asyncUtilTimeout: 20_000 });

beforeAll(() => {
  server.listen({ onUnhandledRequest: 'error' });
});
afterEach(() => {
  cleanup();
  sessionStorage.clear();
  server.resetHandlers();
  requests.length = 0;
});
afterAll(() => {
  server.close();
});
