import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/compatible/*.scenarios.ts'],
    passWithNoTests: false,
    bail: 0,
    retry: process.env.CI ? 1 : 0,
    // A registry, a compiler and a browser on two cores.
    testTimeout: 400_000,
    hookTimeout: 120_000,
  },
});
