import js from '@eslint/js';
import hooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['**/dist/', '**/node_modules/', 'data/', '**/.compatible/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.strictTypeChecked],
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Both misjudge this code: variables that a callback changes, and options that are functions.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['{server,test}/**/*.ts', '*.ts'],
    languageOptions: { parserOptions: { project: './test/tsconfig.json', tsconfigRootDir: import.meta.dirname } },
  },
  {
    files: ['dashboards/**/*.ts'],
    // The classic model of dashboards: what file provisioning and plugins take.
    rules: { '@typescript-eslint/no-deprecated': 'off' },
    languageOptions: { parserOptions: { project: './dashboards/tsconfig.json', tsconfigRootDir: import.meta.dirname } },
  },
  {
    files: ['grafana-plugin/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': hooks },
    rules: {
      'react-hooks/rules-of-hooks': 'error',
      'react-hooks/exhaustive-deps': 'error',
      // Grafana's own types compare enums with texts everywhere.
      '@typescript-eslint/no-unsafe-enum-comparison': 'off',
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
    },
    languageOptions: {
      parserOptions: { project: './grafana-plugin/tsconfig.json', tsconfigRootDir: import.meta.dirname },
    },
  },
  {
    // The host stands for Grafana, which gives plugins what is deprecated too.
    files: ['grafana-plugin/host/**/*.{ts,tsx}'],
    rules: { '@typescript-eslint/no-deprecated': 'off' },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        Buffer: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        performance: 'readonly',
        fetch: 'readonly',
      },
    },
  },
);
