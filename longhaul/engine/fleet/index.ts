export { type Blocked, Capacity, type CapacityRequest, type Lease, type Pool } from './capacity.ts';
export {
  type CapacityKind,
  type Command,
  type ContainerSpec,
  type Ending,
  FleetClosedError,
  type HostLost,
  type Interruption,
  LaunchError,
  type RunningContainer,
} from './container.ts';
export { Fleet, type FleetOptions } from './fleet.ts';
export { lacking, type Requirements, requirementsOf, sayWhatIsLacking } from './requirements.ts';
export type { LaunchedContainer, Runner } from './runner.ts';
export type { Container, LogSink } from './running-container.ts';
