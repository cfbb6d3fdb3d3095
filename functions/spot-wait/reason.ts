/** What the state machine knows a cancelled job by: the beginning of its status reason (statemachines/job.asl.yaml, Judge). */
export const NO_SPOT_CAPACITY = 'No Spot capacity within';
