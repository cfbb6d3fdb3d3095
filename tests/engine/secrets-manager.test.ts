import { readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Endpoint, startEndpoint } from '../../longhaul/engine/endpoint/index.ts';
import {
  createSecrets,
  SecretStore,
  secretsManagerService,
} from '../../longhaul/engine/services/secrets-manager/index.ts';
import {
  type PasswordSettings,
  randomPassword,
} from '../../longhaul/engine/services/secrets-manager/random-password.ts';
import type { Resource } from '../../longhaul/engine/template/model.ts';

let directory: string;
let file: string;
let endpoint: Endpoint;
let client: SecretsManagerClient;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'longhaul-secrets-'));
  file = join(directory, 'secrets.json');
  endpoint = await startEndpoint({ port: 0, services: [secretsManagerService(new SecretStore(file))] });
  client = new SecretsManagerClient({
    endpoint: endpoint.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
});
afterAll(async () => {
  client.destroy();
  await endpoint.close();
  await rm(directory, { recursive: true, force: true });
});

const value = async (SecretId: string, VersionStage?: string) =>
  (await client.send(new GetSecretValueCommand({ SecretId, VersionStage }))).SecretString;
const put = (SecretId: string, SecretString: string, more = {}) =>
  client.send(new PutSecretValueCommand({ SecretId, SecretString, ...more }));

describe('a secret', () => {
  test('is read by its name, its ARN, and its ARN without the random end', async () => {
    const { ARN = '' } = await client.send(new CreateSecretCommand({ Name: 'app/key', SecretString: 'one' }));
    expect(ARN).toMatch(/^arn:aws:secretsmanager:us-east-1:000000000000:secret:app\/key-\w{6}$/);
    for (const id of ['app/key', ARN, ARN.slice(0, -7)]) expect(await value(id)).toBe('one');
  });

  test('that is replaced stays readable as the previous one, and no longer than that', async () => {
    await client.send(new CreateSecretCommand({ Name: 'rotated', SecretString: 'one' }));
    await expect(value('rotated', 'AWSPREVIOUS')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await put('rotated', 'two');
    expect([await value('rotated'), await value('rotated', 'AWSPREVIOUS')]).toEqual(['two', 'one']);
    await put('rotated', 'three');
    expect([await value('rotated'), await value('rotated', 'AWSPREVIOUS')]).toEqual(['three', 'two']);
    const { VersionIdsToStages = {} } = await client.send(new DescribeSecretCommand({ SecretId: 'rotated' }));
    expect(Object.values(VersionIdsToStages).flat().sort()).toEqual(['AWSCURRENT', 'AWSPREVIOUS']);
  });

  test('may be given a value that nobody reads yet', async () => {
    await client.send(new CreateSecretCommand({ Name: 'pending', SecretString: 'one' }));
    await put('pending', 'two', { VersionStages: ['AWSPENDING'] });
    expect([await value('pending'), await value('pending', 'AWSPENDING')]).toEqual(['one', 'two']);
  });

  test('may be bytes', async () => {
    const SecretBinary = Uint8Array.from([0, 255, 10]);
    await client.send(new CreateSecretCommand({ Name: 'bytes', SecretBinary }));
    const read = await client.send(new GetSecretValueCommand({ SecretId: 'bytes' }));
    expect(Buffer.from(read.SecretBinary ?? [])).toEqual(Buffer.from(SecretBinary));
  });

  test('put twice with the same token is put once', async () => {
    await client.send(new CreateSecretCommand({ Name: 'token', SecretString: 'one' }));
    const token = { ClientRequestToken: '0'.repeat(32) };
    await put('token', 'two', token);
    await put('token', 'two', token);
    expect(await value('token', 'AWSPREVIOUS')).toBe('one');
    await expect(put('token', 'three', token)).rejects.toMatchObject({ name: 'ResourceExistsException' });
  });

  test('that is not there is said to be not there', async () => {
    await expect(value('nope')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(put('nope', 'x')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  test('is made once', async () => {
    await client.send(new CreateSecretCommand({ Name: 'twice', SecretString: 'one' }));
    await expect(client.send(new CreateSecretCommand({ Name: 'twice' }))).rejects.toMatchObject({
      name: 'ResourceExistsException',
    });
  });

  test('lies in a file for its owner alone, and is there after a restart', async () => {
    await client.send(new CreateSecretCommand({ Name: 'kept', SecretString: 'still here' }));
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(new SecretStore(file).get('kept').versions[0]?.string).toBe('still here');
  });
});

describe('a secret of the template', () => {
  const secret = (properties: object): Resource => ({
    logicalId: 'Key',
    path: 'Key',
    type: 'AWS::SecretsManager::Secret',
    properties,
    metadata: {},
    ref: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:longhaul-Key-ABCDEF',
    attributes: {},
    templateFile: 'template.yaml',
  });

  test('is generated once and keeps its value', () => {
    const path = join(directory, 'generated.json');
    const resource = secret({
      GenerateSecretString: { SecretStringTemplate: '{"user":"ada"}', GenerateStringKey: 'key' },
    });
    const store = new SecretStore(path);
    createSecrets([resource], store);
    const [made] = store.get('longhaul-Key').versions;
    expect(JSON.parse(made?.string ?? '')).toEqual({ user: 'ada', key: expect.stringMatching(/^.{32}$/) });
    createSecrets([resource], store);
    expect(store.get('longhaul-Key').versions).toEqual([made]);
    expect(readFileSync(path, 'utf8')).toContain('longhaul-Key');
  });

  test('may be given, or empty', () => {
    const store = new SecretStore(join(directory, 'given.json'));
    createSecrets([secret({ SecretString: 'given' })], store);
    expect(store.get('longhaul-Key').versions).toMatchObject([{ string: 'given', stages: ['AWSCURRENT'] }]);
  });

  test('has the length and the characters that are asked for', () => {
    const settings: fc.Arbitrary<PasswordSettings> = fc.record(
      {
        PasswordLength: fc.integer({ min: 5, max: 100 }),
        ExcludeNumbers: fc.boolean(),
        ExcludePunctuation: fc.constantFrom('true', 'false'),
        IncludeSpace: fc.boolean(),
        ExcludeCharacters: fc.constantFrom('abc', '"@/\\'),
      },
      { requiredKeys: ['PasswordLength'] },
    );
    fc.assert(
      fc.property(settings, (given) => {
        const password = randomPassword(given);
        expect(password).toHaveLength(Number(given.PasswordLength));
        expect([...password].some((character) => given.ExcludeCharacters?.includes(character))).toBe(false);
        expect(password).toMatch(/[a-z]/);
        expect(password).toMatch(/[A-Z]/);
        expect(/\d/.test(password)).toBe(given.ExcludeNumbers !== true);
        expect(/[!-/:-@[-`{-~]/.test(password)).toBe(given.ExcludePunctuation !== 'true');
        expect(password.includes(' ')).toBe(given.IncludeSpace === true);
      }),
    );
  });
});

test('secrets are listed newest first, by the beginning of their names, and page by page', async () => {
  for (const Name of ['listed/a', 'listed/b', 'listed/c']) {
    await client.send(new CreateSecretCommand({ Name, SecretString: 'x', Tags: [{ Key: 'k', Value: Name }] }));
  }
  const Filters = [{ Key: 'name' as const, Values: ['listed/', '!listed/b'] }];
  const { SecretList: [first, ...more] = [] } = await client.send(new ListSecretsCommand({ Filters }));
  expect(first).toMatchObject({
    Name: 'listed/c',
    ARN: expect.stringContaining(':secret:listed/c-'),
    CreatedDate: expect.any(Date),
    Tags: [{ Key: 'k', Value: 'listed/c' }],
    SecretVersionsToStages: { [Object.keys(first?.SecretVersionsToStages ?? {})[0] ?? '']: ['AWSCURRENT'] },
  });
  expect(first).not.toHaveProperty('SecretString');
  expect(more.map(({ Name }) => Name)).toEqual(['listed/a']);
  const page = await client.send(new ListSecretsCommand({ MaxResults: 1, SortOrder: 'asc' }));
  expect(page.SecretList).toHaveLength(1);
  expect(page.NextToken).toBeDefined();
  await expect(
    client.send(new ListSecretsCommand({ Filters: [{ Key: 'description', Values: ['x'] }] })),
  ).rejects.toMatchObject({ name: 'InvalidParameterException' });
});
