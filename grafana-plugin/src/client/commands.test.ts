import { expect, test } from 'vitest';
import { logPaths, propertiesOf, retryCommands } from './commands.js';

test('machines with the same properties are tried again by one line', () => {
  const here = propertiesOf('PS1', 'fsp01.contoso.com');
  const there = propertiesOf('PS2', 'fsp02.contoso.com');
  expect(
    retryCommands([
      { name: 'PC1', properties: here },
      { name: 'PC2', properties: there },
      { name: "O'NEIL", properties: here },
    ]),
  ).toEqual([
    `Invoke-Command -ComputerName 'PC1','O''NEIL' -ScriptBlock { & "$env:windir\\ccmsetup\\ccmsetup.exe" SMSSITECODE=PS1 FSP=fsp01.contoso.com }`,
    `Invoke-Command -ComputerName 'PC2' -ScriptBlock { & "$env:windir\\ccmsetup\\ccmsetup.exe" SMSSITECODE=PS2 FSP=fsp02.contoso.com }`,
  ]);
});

test('a name cannot end its quotes or its line', () => {
  const [line] = retryCommands([{ name: "x'; rm\r\n‘evil", properties: 'FSP=a' }]);
  expect(line).toContain(`'x''; rm ‘‘evil'`);
  expect(logPaths('PC1\r\nPC2').every((path) => !path.includes('\n'))).toBe(true);
});
