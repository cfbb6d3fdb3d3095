import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';

// The handler that people write: no identity, no limit on size, nothing said about what fails. The yardstick of the others.
const client = new SFNClient({});

export const handler = async (event: unknown): Promise<void> => {
  await client.send(
    new StartExecutionCommand({ stateMachineArn: process.env.STATE_MACHINE_ARN, input: JSON.stringify(event) }),
  );
};
