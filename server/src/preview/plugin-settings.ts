import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { adminActing, hidden, signedIn } from './guards.js';
import type { PluginSettings } from './plugin-routes.js';

/** The app's settings: what an administrator saved, which is gone with a restart, and for the rest what serves here. */
export class OwnSettings {
  private saved: Partial<PluginSettings> = {};

  /** @param usual what holds until somebody saves something else */
  constructor(private readonly usual: () => PluginSettings) {}

  get current(): PluginSettings {
    const { jsonData, secureJsonData } = this.usual();
    return {
      jsonData: { ...jsonData, ...this.saved.jsonData },
      secureJsonData: { ...secureJsonData, ...this.saved.secureJsonData },
    };
  }

  save({ jsonData, secureJsonData }: Partial<PluginSettings>): void {
    this.saved = {
      jsonData: jsonData ?? this.saved.jsonData ?? {},
      // As in Grafana: what is not sent stays.
      secureJsonData: { ...this.saved.secureJsonData, ...secureJsonData },
    };
  }
}

/** Routes by which Grafana keeps the settings of an app; of secrets they tell only which are set. */
export function registerPluginSettings(pages: FastifyInstance, pluginId: string, settings: OwnSettings): void {
  const path = `/api/plugins/${pluginId}/settings`;
  pages.get(path, { schema: hidden, onRequest: signedIn }, () => {
    const { jsonData, secureJsonData } = settings.current;
    const secureJsonFields = Object.fromEntries(
      Object.entries(secureJsonData).map(([name, value]) => [name, value !== '']),
    );
    return { enabled: true, pinned: true, jsonData, secureJsonFields };
  });
  pages.post<{ Body: Partial<PluginSettings> }>(
    path,
    {
      onRequest: [signedIn, adminActing],
      schema: {
        ...hidden,
        body: Type.Object({
          jsonData: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
          secureJsonData: Type.Optional(Type.Record(Type.String(), Type.String())),
        }),
      },
    },
    (request) => {
      settings.save(request.body);
      return { message: 'Plugin settings updated' };
    },
  );
}
