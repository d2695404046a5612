export { type ControllerOptions, runController } from './run-controller.ts';
