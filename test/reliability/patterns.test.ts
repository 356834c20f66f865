import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkSync } from 'recheck';
import ts from 'typescript';
import { expect, test } from 'vitest';

const sources = fileURLToPath(new URL('../../server/src/', import.meta.url));

/** Patterns that are not linear by themselves, and why their text is short. Each must still be there. */
const bounded: Record<string, string> = {};
/** Patterns that are put together at run time, and where they are looked at instead. */
const composed: Record<string, string> = {
  'roles/rules.ts': 'host names of at most 253 characters',
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

test('the analysis finds what is not linear', () => {
  for (const pattern of ['\\s+$', '(a|aa)+$', '[\\w.-]*password=', '<[^>]*><[^>]*x'])
    expect(checkSync(pattern, '').status, pattern).toBe('vulnerable');
});

test.each(literals.filter(({ pattern }) => /[*+]|\{\d+,\}/.test(pattern)))(
  'the time of /$pattern/ in $file grows with its text',
  ({ pattern, flags }) => {
    const diagnostics = checkSync(pattern, flags, { timeout: 5_000 });
    if (pattern in bounded) expect(diagnostics.status, 'it needs no exception any more').not.toBe('safe');
    // What takes too long to decide is decided by measuring the parsers (growth.test.ts).
    else
      expect(diagnostics.status, 'complexity' in diagnostics ? diagnostics.complexity?.summary : '').not.toBe(
        'vulnerable',
      );
  },
);

test('patterns are put together at run time only where that is known', () => {
  expect(constructed).toEqual(Object.keys(composed));
});
