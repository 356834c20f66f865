import type { CodeTable } from '../types.js';
import { certificates } from './certificates.js';
import { client } from './client.js';
import { ccmsetup, installerMessages, installerResults, wrappedResults } from './installer.js';
import { bits, http } from './transfer.js';
import { enrolment, servicing, updates } from './updates.js';
import { win32 } from './win32.js';
import { winHttp } from './winhttp.js';
import { com, wmi } from './wmi.js';

/** Every code that the product knows, but for those that follow from others: see `errorCatalog`. */
export const codeTables: readonly CodeTable[] = [
  ccmsetup,
  installerResults,
  installerMessages,
  wrappedResults,
  winHttp,
  win32,
  bits,
  http,
  certificates,
  wmi,
  com,
  client,
  updates,
  servicing,
  enrolment,
];
