import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkSync } from 'recheck';
import ts from 'typescript';
import { expect, test } from 'vitest';

const sources = fileURLToPath(new URL('../../server/src/', import.meta.url));

/**
 * Beginnings of patterns that are not linear by their form alone, by file, and why that does no harm or what is owed.
 * Whoever changes one of them takes it out.
 */
const known: Record<string, Record<string, string>> = {
  'setup-logs/formats/simple.ts': { '^\\w{3} (\\w{3}) +': 'only where the text holds line ends, and lines hold none' },
  'setup-logs/formats/calendar.ts': { ' .*$': 'a date of our own formatting' },
  // An empty beginning stands for all patterns of a file.
  'setup-logs/verdict/ccmsetup-lines.ts': { '': 'looks at the first 2,000 characters of a message' },
  'setup-logs/verdict/ccmsetup.ts': { '\\bccmsetup': 'looks at the first 2,000 characters of a message' },
  'setup-logs/verdict/msi-explanations.ts': { '': 'looks at the first 4,000 characters of a line' },
  'setup-logs/verdict/msi-run.ts': {
    '^PROPERTY CHANGE: Adding \\w*UPGRADE': 'looks at the first 1,000 characters of a line',
  },
  'catalog/explain.ts': { '': 'looks at no more than 100 characters' },
};
/** Files that put patterns together at run time, and why that does no harm. */
const composed: Record<string, string> = {
  'clickhouse/views/compared.ts': 'names of our own columns, in statements of our own',
  'config-schema.ts': 'patterns of settings, written there',
  'forget/in-spool.ts': 'one or two names of at most 253 characters each, escaped',
  'report/usual.ts': 'pieces of our own, in at most 65,536 characters; measured by growth.test.ts',
  'roles/rules.ts': 'host names of at most 253 characters',
  'setup-logs/formats/ccm.ts': 'names of attributes that are our own; measured by growth.test.ts',
  'setup-logs/formats/decorations.ts': 'what stands before the lines of a log, at most 400 characters of it, escaped',
  'setup-logs/formats/msi-dates.ts': 'words of our own; measured by growth.test.ts',
};

interface Found {
  file: string;
  pattern: string;
  flags: string;
}

const { literals, constructed } = findPatterns();

/** Every regular expression of the server: literals by their text, others by the file. */
function findPatterns(): { literals: Found[]; constructed: string[] } {
  const found: Found[] = [];
  const files = new Set<string>();
  for (const file of readdirSync(sources, { recursive: true, encoding: 'utf8' })) {
    if (!/\.ts$/.test(file) || /\.test\.ts$/.test(file)) continue;
    const text = readFileSync(join(sources, file), 'utf8');
    const visit = (node: ts.Node): void => {
      if (ts.isRegularExpressionLiteral(node)) {
        const end = node.text.lastIndexOf('/');
        found.push({ file, pattern: node.text.slice(1, end), flags: node.text.slice(end + 1) });
      } else if ((ts.isNewExpression(node) || ts.isCallExpression(node)) && node.expression.getText() === 'RegExp')
        files.add(file);
      ts.forEachChild(node, visit);
    };
    visit(ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, true));
  }
  return { literals: found, constructed: [...files].sort() };
}

test('there are patterns to look at', () => {
  expect(literals.length).toBeGreaterThan(50);
});

test('what is known of a pattern is known of one that is there', () => {
  const used = (file: string, beginning: string) =>
    literals.some((one) => one.file === file && one.pattern.startsWith(beginning));
  const unused = Object.entries(known).flatMap(([file, patterns]) =>
    Object.keys(patterns).filter((beginning) => !used(file, beginning)),
  );
  expect(unused).toEqual([]);
});

test('the analysis finds what is not linear', () => {
  for (const pattern of ['\\s+$', '(a|aa)+$', '[\\w.-]*password=', '<[^>]*><[^>]*x'])
    expect(checkSync(pattern, '').status, pattern).toBe('vulnerable');
});

const isKnown = ({ file, pattern }: Found) =>
  Object.keys(known[file] ?? {}).some((beginning) => pattern.startsWith(beginning));

test.each(literals.filter((one) => /[*+]|\{\d+,\}/.test(one.pattern) && !isKnown(one)))(
  'the time of /$pattern/ in $file grows with its text',
  ({ pattern, flags }) => {
    // What takes too long to decide is decided by measuring the parsers (growth.test.ts).
    const diagnostics = checkSync(pattern, flags, { timeout: 2_000 });
    expect(diagnostics.status, 'complexity' in diagnostics ? diagnostics.complexity?.summary : '').not.toBe(
      'vulnerable',
    );
  },
);

test('patterns are put together at run time only where that is known', () => {
  expect(constructed.filter((file) => !(file in composed))).toEqual([]);
});
