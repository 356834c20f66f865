import { expect, test } from 'vitest';
import { exitCodeText } from './exit-code.js';

test.each([
  [1603, /^1603 \(ERROR_INSTALL_FAILURE\)$/],
  [-2147023293, /^0x80070643 \(1603, ERROR_INSTALL_FAILURE\)$/],
  [2147944003, /^0x80070643 \(1603, ERROR_INSTALL_FAILURE\)$/],
  [-2147024891, /^0x80070005 \(5, /],
  [0, /^0/],
  [-2146233088, /^0x80131500/],
])('%i is shown as people know it', (code, text) => {
  expect(exitCodeText(code)).toMatch(text);
});
