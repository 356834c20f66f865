/** How the preview's own server says that nobody is signed in; a token that another server refused is no such thing. */
export function isSessionOver(answer: Response): boolean {
  return answer.status === 401 && answer.headers.get('www-authenticate') === 'FspSession';
}

type Asker = (signedIn: () => void) => void;
let asker: Asker | undefined;
let asking: Promise<void> | undefined;

/** Says who asks somebody to sign in. */
export function askBy(next: Asker): void {
  asker = next;
}

/** Waits until somebody has signed in again; whoever comes meanwhile waits with the first. */
export function signedInAgain(): Promise<void> {
  asking ??= new Promise<void>((resolve) => {
    asker?.(resolve);
  }).finally(() => {
    asking = undefined;
  });
  return asking;
}

/** @returns what was wrong, or '' */
export async function signIn(token: string, name: string): Promise<string> {
  try {
    const answer = await fetch('/login', {
      method: 'POST',
      body: new URLSearchParams({ token, name, to: '/' }),
      redirect: 'manual',
    });
    // The server leads on where the token is right; that way is not taken here.
    if (answer.type === 'opaqueredirect') return '';
    return answer.status === 401 || answer.status === 429
      ? 'This is neither the admin nor the viewer token.'
      : 'The server does not answer; try again.';
  } catch {
    return 'The server does not answer; try again.';
  }
}
