export { createGateway } from './create-gateway.ts';
export type { GatewayParts } from './gateway-parts.ts';
