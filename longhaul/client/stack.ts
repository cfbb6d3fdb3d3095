/** A deployed Longhaul, as its outputs name it. */
export interface Stack {
  /** `arn:aws:states:…:stateMachine:…` */
  stateMachineArn: string;
  /** The bucket of `executions/<id>/…`. */
  artifactsBucket: string;
}

/**
 * The stack that this function belongs to, from the environment that template.yaml gives it.
 * @throws Error that names the variable which is missing.
 */
export function stackFromEnvironment(environment: NodeJS.ProcessEnv = process.env): Stack {
  const required = (name: string): string => {
    const value = environment[name];
    if (!value) throw new Error(`The environment variable ${name} is not set; template.yaml gives it to each function`);
    return value;
  };
  return { stateMachineArn: required('STATE_MACHINE_ARN'), artifactsBucket: required('ARTIFACTS_BUCKET') };
}

/** `arn:…:execution:<state machine>:<id>` */
export function executionArn(stack: Stack, id: string): string {
  return `${stack.stateMachineArn.replace(':stateMachine:', ':execution:')}:${id}`;
}

/** The key under which everything of an execution is stored, with the slash at its end. */
export function artifactsPrefix(id: string): string {
  return `executions/${id}/`;
}
