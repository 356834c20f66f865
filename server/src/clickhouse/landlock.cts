import fs = require('node:fs');
import type ffi = require('ffi-rs');

const { closeSync, openSync, statSync } = fs;

/** Comes with the embedded engine, and is not there where that was left out. */
function foreignFunctions(): typeof ffi {
  return require('ffi-rs') as typeof ffi;
}

/** System calls of Landlock: the same numbers on x86-64 and arm64. */
const createRuleset = 444;
const addRule = 445;
const restrictSelf = 446;
/** LANDLOCK_ACCESS_FS_…: execute 1, write 2, read file 4, read folder 8; all that the first version knows. */
const read = 0x4 | 0x8;
const readAndExecute = read | 0x1;
const everythingV1 = 0x1fff;
const onFiles = 0x1 | 0x2 | 0x4 | 0x4000;
/** O_PATH: a descriptor that names a path and opens nothing. */
const pathOnly = 0o10000000;
const noNewPrivileges = 38;

interface Allowed {
  readOnly: string[];
  execute: string[];
  write: string[];
}

/**
 * Confines this thread and all threads made after it to the given folders, by Linux's Landlock (5.13 or newer, no
 * privileges needed). Tells what came of it: `on` with the kernel's version of the interface, or `off` with the reason.
 */
function confine(allowed: Allowed): string {
  if (process.platform !== 'linux') return 'off: only Linux has it';
  const version = kernelVersion();
  if (version < 1) return 'off: this kernel has none (5.13 or newer, switched on)';
  const everything = everythingV1 | (version >= 2 ? 0x2000 : 0) | (version >= 3 ? 0x4000 : 0);
  const { DataType, load } = foreignFunctions();
  const attributes = Buffer.alloc(8);
  attributes.writeBigUInt64LE(BigInt(everything));
  const ruleset = call([DataType.U8Array, DataType.I64, DataType.I64], [createRuleset, attributes, 8, 0]);
  if (ruleset < 0) return 'off: the kernel refused the rules';
  const rules: [string[], number][] = [
    [allowed.readOnly, read],
    [allowed.execute, readAndExecute],
    [allowed.write, everything],
  ];
  for (const [paths, access] of rules) for (const path of paths) addPath(ruleset, path, access & everything);
  load({
    library: 'c',
    funcName: 'prctl',
    retType: DataType.I32,
    paramsType: [DataType.I32, DataType.I64, DataType.I64, DataType.I64, DataType.I64],
    paramsValue: [noNewPrivileges, 1, 0, 0, 0],
  });
  return call([DataType.I64, DataType.I64], [restrictSelf, ruleset, 0]) === 0
    ? `on (version ${version})`
    : 'off: the kernel refused to confine';
}

function addPath(ruleset: number, path: string, access: number): void {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return;
  const descriptor = openSync(path, pathOnly);
  const rule = Buffer.alloc(12);
  rule.writeBigUInt64LE(BigInt(stat.isDirectory() ? access : access & onFiles));
  rule.writeInt32LE(descriptor, 8);
  const { DataType } = foreignFunctions();
  const result = call([DataType.I64, DataType.I64, DataType.U8Array, DataType.I64], [addRule, ruleset, 1, rule, 0]);
  closeSync(descriptor);
  if (result < 0) throw new Error(`Landlock takes no rule for ${path}`);
}

function call(types: ffi.DataType[], values: [number, ...(number | Buffer)[]]): number {
  const { DataType, load } = foreignFunctions();
  const result: unknown = load({
    library: 'c',
    funcName: 'syscall',
    retType: DataType.I64,
    paramsType: [DataType.I64, ...types],
    paramsValue: values,
  });
  return Number(result);
}

/** The version of the interface that the kernel has; below 1 for none, or nothing to ask it with. Confines nothing. */
function kernelVersion(): number {
  let library: typeof ffi;
  try {
    library = foreignFunctions();
  } catch {
    return 0;
  }
  const { DataType, open } = library;
  open({ library: 'c', path: 'libc.so.6' });
  return call([DataType.I64, DataType.I64, DataType.I64], [createRuleset, 0, 0, 1]);
}

export = { confine, kernelVersion };
