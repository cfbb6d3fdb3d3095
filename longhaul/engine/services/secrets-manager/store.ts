import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { ServiceError } from '../../endpoint/index.ts';

/** One value of a secret. Its text or its bytes, in base64. */
export interface SecretVersion {
  id: string;
  stages: string[];
  string?: string;
  binary?: string;
  /** Milliseconds since the epoch. */
  created: number;
}

export interface Secret {
  arn: string;
  name: string;
  description?: string;
  tags: { Key: string; Value: string }[];
  created: number;
  changed: number;
  /** Newest last. */
  versions: SecretVersion[];
}

export type SecretValue = Pick<SecretVersion, 'string' | 'binary'>;

/**
 * Secrets in one file of their own, which only its owner can read. Kept out of the engine's database, so that whoever is given
 * that to look at a problem is not given the secrets.
 */
export class SecretStore {
  readonly #file: string;
  readonly #secrets: Map<string, Secret>;

  /** @param file - made with the first secret */
  constructor(file: string) {
    this.#file = file;
    this.#secrets = new Map(read(file).map((secret) => [secret.arn, secret]));
  }

  /** By name, ARN, or ARN without the six characters at its end. @throws ServiceError ResourceNotFoundException */
  get(id: string): Secret {
    const found =
      this.#secrets.get(id) ??
      [...this.#secrets.values()].find(({ name, arn }) => name === id || arn.slice(0, -7) === id);
    if (found) return found;
    throw new ServiceError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  }

  /** In the order of their creation. */
  all(): Secret[] {
    return [...this.#secrets.values()];
  }

  has(arn: string): boolean {
    return this.#secrets.has(arn);
  }

  /** @throws ServiceError ResourceExistsException */
  create(
    secret: Pick<Secret, 'arn' | 'name' | 'description' | 'tags'>,
    value?: SecretValue,
    versionId: string = randomUUID(),
  ): Secret {
    if ([...this.#secrets.values()].some(({ name }) => name === secret.name)) {
      const text = `The operation failed because the secret ${secret.name} already exists.`;
      throw new ServiceError('ResourceExistsException', text);
    }
    const now = Date.now();
    const versions = value ? [{ id: versionId, stages: ['AWSCURRENT'], ...value, created: now }] : [];
    const made = { ...secret, created: now, changed: now, versions };
    this.#secrets.set(secret.arn, made);
    this.#write();
    return made;
  }

  /**
   * Adds a value. A label that another version has moves over; AWSCURRENT leaves AWSPREVIOUS behind. A version without a label
   * is gone (Secrets Manager user guide, "Version").
   *
   * @throws ServiceError ResourceExistsException when `versionId` has another value already
   */
  put(id: string, value: SecretValue, stages = ['AWSCURRENT'], versionId: string = randomUUID()): SecretVersion {
    const secret = this.get(id);
    const same = secret.versions.find((version) => version.id === versionId);
    if (same) {
      if (same.string === value.string && same.binary === value.binary) return same;
      const text = `You can't modify an existing version with the ClientRequestToken ${versionId}; you can only create a new one.`;
      throw new ServiceError('ResourceExistsException', text);
    }
    // The first value is the current one, whatever it is labelled.
    const labels = secret.versions.length === 0 ? [...new Set([...stages, 'AWSCURRENT'])] : stages;
    const before = secret.versions.find((version) => version.stages.includes('AWSCURRENT'));
    const moved = before && labels.includes('AWSCURRENT') ? [...labels, 'AWSPREVIOUS'] : labels;
    for (const version of secret.versions) version.stages = version.stages.filter((stage) => !moved.includes(stage));
    if (before && moved !== labels) before.stages.push('AWSPREVIOUS');
    const version = { id: versionId, stages: labels, ...value, created: Date.now() };
    secret.versions = [...secret.versions.filter((one) => one.stages.length > 0), version];
    secret.changed = version.created;
    this.#write();
    return version;
  }

  /** Whole, or as it was before: a reader never sees half a file. */
  #write(): void {
    const next = `${this.#file}.next`;
    rmSync(next, { force: true });
    writeFileSync(next, JSON.stringify([...this.#secrets.values()]), { mode: 0o600, flag: 'wx' });
    renameSync(next, this.#file);
  }
}

function read(file: string): Secret[] {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Secret[];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new Error(`${file} cannot be read as the engine's secrets; move it away to start without`, { cause: error });
  }
}
