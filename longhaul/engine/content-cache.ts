import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { deserialize, serialize } from 'node:v8';

/** What turns a content into what is cached: a change of any of these files or packages makes every entry worthless. */
const SOURCES = ['template', 'services', '../asl/definition', '../asl/query'];
const PACKAGES = ['@aws-sdk/client-batch', '@aws-sdk/client-ecs', 'jsonata', 'yaml', 'zod'];

/**
 * What was made of contents that take long to read, such as templates, in one file for the next start. A content or a code that
 * changed is a miss; so is a file that is not as it was written. What a start did not ask for leaves the file when that start
 * saves something new.
 */
export class ContentCache {
  readonly #file: string | undefined;
  readonly #known: Map<string, unknown>;
  readonly #used = new Map<string, unknown>();
  #version: string | undefined;
  #changed = false;

  /** @param file - without one, nothing is kept */
  constructor(file?: string) {
    this.#file = file;
    this.#known = file === undefined ? new Map() : read(file);
  }

  /** What was kept for this content; nobody may change it. */
  find<T>(content: string): T | undefined {
    const key = this.#key(content);
    const value = this.#used.get(key) ?? this.#known.get(key);
    if (value !== undefined) this.#used.set(key, value);
    return value as T | undefined;
  }

  /** Keeps what was made of a content; it has to survive a structured clone. */
  keep<T>(content: string, value: T): T {
    this.#used.set(this.#key(content), value);
    this.#changed = true;
    return value;
  }

  /** When it cannot be written, the next start works without it. */
  save(): void {
    if (this.#file === undefined || !this.#changed) return;
    const content = serialize(this.#used);
    // Another engine of this project may write at the same time.
    const written = `${this.#file}.${process.pid}`;
    try {
      mkdirSync(path.dirname(this.#file), { recursive: true });
      writeFileSync(written, Buffer.concat([digest(content), content]));
      renameSync(written, this.#file);
      this.#changed = false;
    } catch {
      rmSync(written, { force: true });
    }
  }

  #key(content: string): string {
    this.#version ??= this.#file === undefined ? '' : codeVersion();
    return sha256(`${this.#version}\n${content}`);
  }
}

const DIGEST_BYTES = 32;

function read(file: string): Map<string, unknown> {
  try {
    const bytes = readFileSync(file);
    const content = bytes.subarray(DIGEST_BYTES);
    if (digest(content).equals(bytes.subarray(0, DIGEST_BYTES))) return deserialize(content);
  } catch {}
  return new Map();
}

function codeVersion(): string {
  const require = createRequire(import.meta.url);
  const files = SOURCES.flatMap((folder) => {
    const found = readdirSync(path.join(import.meta.dirname, folder), { withFileTypes: true });
    return found.filter((entry) => entry.isFile()).map(({ parentPath, name }) => path.join(parentPath, name));
  });
  return sha256(
    [
      process.version,
      ...PACKAGES.map((name) => require(`${name}/package.json`).version),
      ...files.map((file) => readFileSync(file, 'utf8')),
    ].join('\n'),
  );
}

const digest = (content: Uint8Array) => createHash('sha256').update(content).digest();
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
