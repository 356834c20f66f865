export const root: string;
export function packageManifest(): object;
export function assemble(folder: string, notices: string): Promise<void>;
