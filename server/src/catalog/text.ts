export type Language = 'en' | 'fr';

/** The same in both languages that the product speaks. */
export type Text = Readonly<Record<Language, string>>;
