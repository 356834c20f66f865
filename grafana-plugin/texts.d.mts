/** Every key with its English text. */
export function textsInCode(): Map<string, string>;
