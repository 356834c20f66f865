/** Languages that every dashboard is made in. */
export type Language = 'en' | 'fr';
export const languages: Language[] = ['en', 'fr'];

/** A text in English and French. */
export type Text = readonly [en: string, fr: string];

/** Picks the text of a language: what every title, description and word in a query goes through. */
export type Translate = (en: string, fr: string) => string;

export const translator =
  (language: Language): Translate =>
  (en, fr) =>
    language === 'fr' ? fr : en;

export const pick = (language: Language, [en, fr]: Text) => translator(language)(en, fr);
