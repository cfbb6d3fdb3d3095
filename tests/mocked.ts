import { mockClient } from 'aws-sdk-client-mock';
import { afterAll } from 'vitest';

/** `mockClient` for one file: the next file of the same worker has the client as it is. */
export const mocked: typeof mockClient = (client, options) => {
  const mock = mockClient(client, options);
  afterAll(() => void mock.restore());
  return mock;
};
