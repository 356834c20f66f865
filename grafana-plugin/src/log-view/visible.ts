/**
 * Control characters as signs that can be seen: a log must not colour, hide or turn around what stands beside it.
 * Tabs and line ends stay.
 */
export function visible(text: string): string {
  return text.replaceAll(hidden, (letter) => {
    const code = letter.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    if (code === 0x7f) return '\u2421';
    return `\u27e8U+${code.toString(16).toUpperCase().padStart(4, '0')}\u27e9`;
  });
}

// Control characters, marks and overrides of direction, invisible separators.
// eslint-disable-next-line no-control-regex
const hidden = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
