export { type FinalState, type FlowStateValue, twoFactorMachine } from './flow/machine.ts'
