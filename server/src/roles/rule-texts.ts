import type { otherRoles } from './role.js';

/** A text in the languages of the product; `{…}` stands for what the rule fills in. */
export interface RuleText {
  severity: 'error' | 'warning';
  en: string;
  fr: string;
}

/** Roles that take messages of clients over HTTPS, with the article that a sentence needs. */
export const httpsRoles: Partial<Record<(typeof otherRoles)[number], { en: string; fr: string }>> = {
  distribution_point: { en: 'a distribution point', fr: 'un point de distribution' },
  software_update_point: { en: 'a software update point', fr: 'un point de mise à jour logicielle' },
  state_migration_point: { en: 'a state migration point', fr: 'un point de migration d’état' },
  enrollment_point: { en: 'an enrollment point', fr: 'un point d’inscription' },
  enrollment_proxy_point: { en: 'an enrollment proxy point', fr: 'un point proxy d’inscription' },
  application_catalog_web_service_point: {
    en: 'an application catalog web service point',
    fr: 'un point de service web du catalogue des applications',
  },
};

/** Every rule on a role, by its stable code. */
export const ruleTexts = {
  ROLE_NAME_MISSING: {
    severity: 'error',
    en: 'Give the short name of the server',
    fr: 'Indiquez le nom court du serveur',
  },
  ROLE_NAME_INVALID: {
    severity: 'error',
    en: '{value} is no short name of a server: up to 15 letters, digits and hyphens, with a letter, no hyphen at either end',
    fr: '{value} n’est pas un nom court de serveur : 15 lettres, chiffres et tirets au plus, dont une lettre, sans tiret au bord',
  },
  ROLE_NAME_CHANGED: {
    severity: 'error',
    en: 'The name of a server cannot be changed; remove the role from {value} and create it on the other server',
    fr: 'Le nom d’un serveur ne peut pas être modifié ; supprimez le rôle de {value} et créez-le sur l’autre serveur',
  },
  ROLE_EXISTS: {
    severity: 'error',
    en: '{value} already holds a fallback status point; change that one',
    fr: '{value} contient déjà un point d’état de secours ; modifiez celui-ci',
  },
  ROLE_SITE_CODE_INVALID: {
    severity: 'error',
    en: '{value} is no site code: three letters or digits',
    fr: '{value} n’est pas un code de site : trois lettres ou chiffres',
  },
  ROLE_INTRANET_FQDN_INVALID: {
    severity: 'error',
    en: '{value} is no fully qualified name such as fsp01.contoso.com',
    fr: '{value} n’est pas un nom complet tel que fsp01.contoso.com',
  },
  ROLE_INTERNET_FQDN_INVALID: {
    severity: 'error',
    en: '{value} is no fully qualified name such as fsp.contoso.com',
    fr: '{value} n’est pas un nom complet tel que fsp.contoso.com',
  },
  ROLE_INTERNET_FQDN_MISSING: {
    severity: 'error',
    en: 'Internet-based clients need the Internet FQDN of this server',
    fr: 'Les clients basés sur Internet exigent le nom de domaine complet Internet de ce serveur',
  },
  ROLE_ACCOUNT_INVALID: {
    severity: 'error',
    en: '{value} is no Windows domain user; write DOMAIN\\user, or leave it empty for the site server’s computer account',
    fr: '{value} n’est pas un utilisateur de domaine Windows ; écrivez DOMAINE\\utilisateur, ou laissez vide pour le compte d’ordinateur du serveur de site',
  },
  ROLE_MESSAGE_COUNT_RANGE: {
    severity: 'error',
    en: '{value} messages are outside of 100 to 100,000',
    fr: '{value} messages : la valeur doit être comprise entre 100 et 100 000',
  },
  ROLE_THROTTLE_INTERVAL_RANGE: {
    severity: 'error',
    en: '{value} seconds are outside of 60 to 86,400',
    fr: '{value} secondes : la valeur doit être comprise entre 60 et 86 400',
  },
  ROLE_THROTTLE_RESERVE_RANGE: {
    severity: 'error',
    en: 'A share of {value} for failures is outside of 0 to 0.9',
    fr: 'Part de {value} pour les échecs : la valeur doit être comprise entre 0 et 0,9',
  },
  ROLE_NAME_UNRESOLVED: {
    severity: 'warning',
    en: '{value} cannot be resolved from here: clients may not find it either',
    fr: '{value} ne peut pas être résolu d’ici : les clients risquent de ne pas le trouver non plus',
  },
  ROLE_INTRANET_FQDN_MISSING: {
    severity: 'warning',
    en: 'Without an intranet FQDN, clients of other domains may not find the server',
    fr: 'Sans nom de domaine complet intranet, les clients d’autres domaines risquent de ne pas trouver le serveur',
  },
  ROLE_PORT_DIFFERS: {
    severity: 'warning',
    en: 'Clients post to port {port}, the HTTP port of the site, and this server listens on {value}: let it listen there (FSP_INTAKE_PORT), or lead that port to it; a test message shows whether one arrives',
    fr: 'Les clients envoient au port {port}, le port HTTP du site, et ce serveur écoute sur le port {value} : faites-le écouter sur ce port (FSP_INTAKE_PORT) ou redirigez ce port vers lui ; un message d’essai montre s’il arrive',
  },
  ROLE_WITH_MANAGEMENT_POINT: {
    severity: 'warning',
    en: 'The server also holds a management point: anonymous messages then reach a server that clients trust',
    fr: 'Le serveur contient aussi un point de gestion : des messages anonymes atteignent alors un serveur auquel les clients font confiance',
  },
  ROLE_WITH_HTTPS_ROLE: {
    severity: 'warning',
    en: 'The server also holds {value}, which takes messages of clients over HTTPS; Microsoft advises a server of its own',
    fr: 'Le serveur contient aussi {value}, qui reçoit des messages de clients par HTTPS ; Microsoft conseille un serveur dédié',
  },
  ROLE_INTERNET_THROTTLE_TIGHT: {
    severity: 'warning',
    en: 'The server faces the Internet, and its throttle is tighter than the default: a flood would hold real messages back for long',
    fr: 'Le serveur est exposé à Internet et sa limitation est plus stricte que par défaut : un afflux retiendrait longtemps les vrais messages',
  },
  ROLE_THROTTLE_TOO_SLOW: {
    severity: 'warning',
    en: 'Up to {value} messages a day arrived lately, and this throttle passes on fewer: a backlog will grow',
    fr: 'Jusqu’à {value} messages par jour sont arrivés récemment, plus que cette limitation n’en transmet : un retard va s’accumuler',
  },
} as const satisfies Record<string, RuleText>;

export type RuleCode = keyof typeof ruleTexts;
