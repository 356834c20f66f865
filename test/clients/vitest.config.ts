import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/clients/*.scenarios.ts'],
    testTimeout: 120_000,
    // The first time drivers are downloaded and built.
    hookTimeout: 900_000,
  },
});
