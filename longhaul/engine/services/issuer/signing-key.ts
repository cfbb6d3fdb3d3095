import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import type { CryptoKey, JWK } from 'jose';

export interface SigningKey {
  /** With the private parts. */
  private: CryptoKey | Uint8Array;
  /** What `jwks.json` shows. */
  public: JWK;
}

/**
 * The key that signs tokens, made when it is first needed and kept in a file that only its owner can read, so that tokens stay
 * good after a restart.
 */
export class KeyFile {
  readonly #file: string;
  #key: Promise<SigningKey> | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  get(): Promise<SigningKey> {
    this.#key ??= this.#load();
    return this.#key;
  }

  async #load(): Promise<SigningKey> {
    const jwk = this.#read() ?? (await this.#make());
    const { importJWK } = await import('jose');
    const { kty, n, e, kid, alg, use } = jwk;
    return { private: await importJWK(jwk, 'RS256'), public: { kty, n, e, kid, alg, use } };
  }

  #read(): JWK | undefined {
    try {
      return JSON.parse(readFileSync(this.#file, 'utf8'));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw new Error(`${this.#file} holds no key; delete it to get a new one`, { cause: error });
    }
  }

  async #make(): Promise<JWK> {
    const { exportJWK, generateKeyPair } = await import('jose');
    const { privateKey } = await generateKeyPair('RS256', { extractable: true });
    const jwk = { ...(await exportJWK(privateKey)), kid: randomUUID(), alg: 'RS256', use: 'sig' };
    writeFileSync(this.#file, JSON.stringify(jwk), { mode: 0o600, flag: 'wx' });
    return jwk;
  }
}
