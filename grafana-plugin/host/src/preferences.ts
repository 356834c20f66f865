export interface Preferences {
  theme: 'dark' | 'light';
  language: 'en-US' | 'fr-FR';
}

const key = 'fsp.preview';

/** What Grafana keeps in a user's profile; here in the browser. */
export function preferences(): Preferences {
  let saved: Partial<Preferences> = {};
  try {
    saved = JSON.parse(localStorage.getItem(key) ?? '{}') as Partial<Preferences>;
  } catch {
    // Somebody else's rubbish: the defaults hold.
  }
  return {
    theme: saved.theme === 'light' ? 'light' : 'dark',
    language:
      saved.language === 'fr-FR' || (!saved.language && navigator.language.startsWith('fr')) ? 'fr-FR' : 'en-US',
  };
}

/** Keeps a preference, and loads the page anew: libraries read theme and language once. */
export function prefer(change: Partial<Preferences>): void {
  localStorage.setItem(key, JSON.stringify({ ...preferences(), ...change }));
  location.reload();
}
