import { describe, expect, test } from 'vitest';
import { Redactor } from './redact.js';

const redact = (line: string) => new Redactor().redact(line);

describe('secrets', () => {
  test.each([
    ['Property(S): DBPASSWORD = s3cr3t', 'Property(S): DBPASSWORD = **********'],
    ['Property(C): ADMIN_PWD = with spaces = s3cr3t', 'Property(C): ADMIN_PWD = **********'],
    ['Property(S): SITETOKEN = s3cr3t', 'Property(S): SITETOKEN = **********'],
    ['Property(S): ClientSecret = s3cr3t', 'Property(S): ClientSecret = **********'],
    ['Property(S): STORAGE_ACCOUNT_KEY = s3cr3t', 'Property(S): STORAGE_ACCOUNT_KEY = **********'],
    ['Property(S): API_KEY = s3cr3t', 'Property(S): API_KEY = **********'],
    ['Property(S): CONNECTIONSTRING = s3cr3t', 'Property(S): CONNECTIONSTRING = **********'],
    [
      "PROPERTY CHANGE: Adding SVCPASSWORD property. Its value is 's3cr3t'.",
      "PROPERTY CHANGE: Adding SVCPASSWORD property. Its value is '**********'",
    ],
    [
      "PROPERTY CHANGE: Modifying SVCPASSWORD property. Its current value is 's3cr3t'. Its new value: 's3cr3t2'.",
      "PROPERTY CHANGE: Modifying SVCPASSWORD property. Its current value is '**********'",
    ],
    ['Command Line: A=1 DBPASSWORD=s3cr3t B=2', 'Command Line: A=1 DBPASSWORD=********** B=2'],
    ['Command Line: PWD="two s3cr3t words" B=2', 'Command Line: PWD=********** B=2'],
    ['setup.exe /password:s3cr3t /quiet', 'setup.exe /password:********** /quiet'],
    ['ccmsetup.exe /regtoken:eyJhbGciOiJI.eyJzdWIi.s3cr3t /mp:x', 'ccmsetup.exe /regtoken:********** /mp:x'],
    ['tool --token=s3cr3t --verbose', 'tool --token=********** --verbose'],
    ['tool --client-secret s3cr3t --verbose', 'tool --client-secret ********** --verbose'],
    ['Set-It -Password s3cr3t -Name x', 'Set-It -Password ********** -Name x'],
    ["ConvertTo-SecureString 's3cr3t' -AsPlainText", 'ConvertTo-SecureString ********** -AsPlainText'],
    ['Server=db;User Id=sa;Password=s3cr3t;Encrypt=true', 'Server=db;User Id=sa;Password=**********;Encrypt=true'],
    ['Server=db;Uid=sa;Pwd=s3cr3t', 'Server=db;Uid=sa;Pwd=**********'],
    ['GET https://user:s3cr3t@host/path', 'GET https://user:**********@host/path'],
    ['Authorization: Bearer s3cr3ts3cr3t123', 'Authorization: Bearer **********'],
    ['Authorization: Basic dXNlcjpzM2NyM3Q=', 'Authorization: Basic **********'],
    ['<Password>s3cr3t</Password><Name>x</Name>', '<Password>**********</Password><Name>x</Name>'],
    ['{"password": "s3cr3t", "name": "x"}', '{"password": "**********", "name": "x"}'],
    ['https://x.blob.core/y?sv=1&sig=s3cr3t%3D&se=2', 'https://x.blob.core/y?sv=1&sig=**********&se=2'],
    ['the token eyJhbGciOiJI.eyJzdWIi.s3cr3t came', 'the token ********** came'],
    ['net use Z: \\\\srv\\share s3cr3t /user:DOM\\u', 'net use Z: \\\\srv\\share ********** /user:DOM\\u'],
    ['schtasks /create /ru DOM\\u /rp s3cr3t /tn x', 'schtasks /create /ru DOM\\u /rp ********** /tn x'],
    ['The password is s3cr3t', 'The password is **********'],
    ['Kennwort: s3cr3t', 'Kennwort: **********'],
  ])('%s', (line, redacted) => {
    expect(redact(line)).toBe(redacted);
    expect(redact(redacted)).not.toContain('s3cr3t');
  });

  test('hidden properties are hidden from the line that names them on', () => {
    const redactor = new Redactor();
    redactor.redact('Property(S): MsiHiddenProperties = LICENSE;ACCOUNT.INFO');
    expect(redactor.redact('Property(S): LICENSE = s3cr3t')).toBe('Property(S): LICENSE = **********');
    expect(redactor.redact('Command Line: ACCOUNT.INFO=s3cr3t X=1')).toBe('Command Line: ACCOUNT.INFO=********** X=1');
    expect(redactor.redact('Property(S): OTHER = kept')).toBe('Property(S): OTHER = kept');
  });

  test('hidden properties that are known beforehand are hidden everywhere', () => {
    expect(new Redactor(['LICENSE']).redact('Property(S): LICENSE = s3cr3t')).toBe('Property(S): LICENSE = **********');
  });

  test('a private key of several lines is gone, and what follows it is not', () => {
    const redactor = new Redactor();
    const lines = ['key: -----BEGIN RSA PRIVATE KEY-----', 'MIIEs3cr3t', '-----END RSA PRIVATE KEY----- done', 'next'];
    expect(lines.map((line) => redactor.redact(line))).toEqual([
      'key: **********',
      '**********',
      '********** done',
      'next',
    ]);
  });
});

describe('what is no secret stays', () => {
  test.each([
    'Property(S): ProductVersion = 5.00.9096.1000',
    'Property(S): PublicKeyToken',
    'Installing C:\\SMS\\bin\\x64\\fsp.msi CCMINSTALLDIR="C:\\SMS_CCM"',
    'Basic user interface level',
    'MSI (s) (54:F8) [13:09:37:100]: Resetting cached policy values',
    'Getting https://server/SMS_FSP/.sms_fsp',
    'Password has expired',
  ])('%s', (line) => {
    expect(redact(line)).toBe(line);
  });
});
