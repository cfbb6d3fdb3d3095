import { existsSync } from 'node:fs';
import path from 'node:path';
import type { TriggerSource } from './trigger-source.ts';
import { read } from './write-all.ts';

/** The files of an app, by their paths from the folder of its template. */
export class AppFiles {
  readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  at(file: string): string {
    return path.join(this.directory, file);
  }

  has(file: string): boolean {
    return existsSync(this.at(file));
  }

  /** @throws Error where the file is missing */
  text(file: string): string {
    const found = this.optional(file);
    if (found !== undefined) return found;
    throw new Error(`There is no ${file} in ${this.directory}. This works only on an app in Longhaul's layout`);
  }

  optional(file: string): string | undefined {
    return read(this.at(file));
  }

  /** @throws Error where the app does not have the template of a source */
  refuseMissing(sources: readonly TriggerSource[]): void {
    for (const { kind } of sources) this.text(`functions/triggers/${kind}/template.yaml`);
  }

  /** How the app has Longhaul among its packages; undefined in Longhaul's own repository. */
  get library(): string | undefined {
    const { name, dependencies } = JSON.parse(this.optional('package.json') ?? '{}') as {
      name?: string;
      dependencies?: Record<string, string>;
    };
    return name === 'longhaul' ? undefined : (dependencies?.longhaul ?? '');
  }

  /** Edits by whole paths, as `writeAll` takes them. */
  edits(edits: Record<string, string>): Record<string, string> {
    return Object.fromEntries(Object.entries(edits).map(([file, text]) => [this.at(file), text]));
  }
}
