import { PluginPage } from '@grafana/runtime';
import { useParams } from '@react-router-compat';

export function DashboardPage({ pluginId }: { pluginId: string }) {
  const { uid = '' } = useParams();
  return <PluginPage pageNav={{ text: uid }}>{pluginId}</PluginPage>;
}
