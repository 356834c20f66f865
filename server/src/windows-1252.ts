/** What Windows-1252 has from 0x80 to 0x9F. */
const c1 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';
const decoder = new TextDecoder('windows-1252');

/**
 * The text of bytes in Windows-1252, in which each has a meaning. Some versions of Node decode it as ISO 8859-1, which has
 * control characters for quotation marks and dashes.
 */
export function decodeWindows1252(bytes: Uint8Array): string {
  return decoder
    .decode(bytes)
    .replaceAll(/[\x80-\x9f]/g, (character) => c1[character.charCodeAt(0) - 0x80] ?? character);
}
