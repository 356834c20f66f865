import { clientSteps } from './steps-client.js';
import { networkSteps } from './steps-network.js';
import { securitySteps } from './steps-security.js';
import { windowsSteps } from './steps-windows.js';

/** What to do first about a code; many codes share one. */
export const steps = { ...networkSteps, ...securitySteps, ...windowsSteps, ...clientSteps };

export type StepName = keyof typeof steps;
