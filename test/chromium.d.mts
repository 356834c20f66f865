/** Path of a Chromium; undefined where there is none. */
export function chromium(): string | undefined;
