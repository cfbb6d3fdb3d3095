import { execFile } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import dockerignore from '@balena/dockerignore';
import { type Copy, DockerfileParser, type Entrypoint, type From } from 'dockerfile-ast';

const execute = promisify(execFile);

export interface Image {
  /** Where the working directory of the image is on this machine. */
  directory: string;
  /** The folder that stands for `/` of the image. */
  root: string;
  entrypoint: string[];
  user: string | undefined;
}

export interface Build {
  /** What `docker build` is given: `docker build -f DOCKERFILE CONTEXT`. */
  context: string;
  /** Relative to the context. */
  dockerfile: string;
  /** An empty directory, for a folder for each stage. */
  output: string;
  /** What stands in for a `RUN` that fetches packages; undefined runs it as it is. */
  instead(command: string): ((directory: string) => void) | undefined;
}

/**
 * Does what Docker does for the instructions that Longhaul's Dockerfiles have, without base images: COPY takes what
 * `.dockerignore` lets through, RUN is run on this machine.
 *
 * @throws Error for a COPY without a source, a RUN that fails, and any other instruction
 */
export async function layOut({ context, dockerfile, output, instead }: Build): Promise<Image> {
  const stages = new Map<string, string>();
  const ignored = ignoredIn(context);
  const image: Image = { root: '', directory: '', entrypoint: [], user: undefined };
  for (const instruction of DockerfileParser.parse(
    readFileSync(path.join(context, dockerfile), 'utf8'),
  ).getInstructions()) {
    const words = instruction.getExpandedArguments().map((word) => word.getValue());
    const inImage = (to: string) => (to.startsWith('/') ? path.join(image.root, to) : path.join(image.directory, to));
    switch (instruction.getKeyword()) {
      case 'ARG':
      case 'ENV':
      case 'VOLUME':
        break;
      case 'FROM': {
        const name = (instruction as From).getBuildStage() ?? 'image';
        Object.assign(image, {
          root: path.join(output, name),
          directory: path.join(output, name),
          entrypoint: [],
          user: undefined,
        });
        mkdirSync(image.root, { recursive: true });
        stages.set(name, image.root);
        break;
      }
      case 'WORKDIR':
        image.directory = inImage(words[0]!);
        mkdirSync(image.directory, { recursive: true });
        break;
      case 'COPY': {
        const stage = (instruction as Copy).getFromFlag()?.getValue();
        const to = words.at(-1)!;
        const sources = words.slice(0, -1).filter((word) => !word.startsWith('--'));
        copy(
          stage ? stages.get(stage)! : context,
          sources,
          inImage(to),
          to.endsWith('/'),
          stage ? () => false : ignored,
        );
        break;
      }
      case 'RUN': {
        const command = instruction.getArgumentsContent()!;
        const standIn = instead(command);
        if (standIn) standIn(image.directory);
        else await execute('sh', ['-c', command], { cwd: image.directory, env: environment });
        break;
      }
      case 'USER':
        image.user = words[0];
        break;
      case 'ENTRYPOINT':
        image.entrypoint = (instruction as Entrypoint).getJSONStrings().map((word) => JSON.parse(word.getValue()));
        break;
      default:
        throw new Error(`${dockerfile} has ${instruction.getKeyword()}, which this test does not know`);
    }
  }
  return image;
}

/** Node 24 first, as in the base images, and no network. */
export const environment = {
  PATH: `${path.dirname(process.execPath)}${path.delimiter}${process.env.PATH}`,
  npm_config_offline: 'true',
};

type Ignored = (file: string) => boolean;

function ignoredIn(context: string): Ignored {
  const file = path.join(context, '.dockerignore');
  if (!existsSync(file)) return () => false;
  const rules = dockerignore.default().add(readFileSync(file, 'utf8'));
  return (name) => rules.ignores(name);
}

function copy(from: string, sources: string[], to: string, toFolder: boolean, ignored: Ignored): void {
  const found = sources.flatMap((source) => {
    const pattern = source.replace(/^\//, '');
    const files = globSync(pattern, { cwd: from }).filter((file) => filesOf(from, file).some((name) => !ignored(name)));
    // A pattern may match nothing, as in Docker, when something else is copied.
    if (files.length === 0 && !/[*?]/.test(pattern)) throw new Error(`COPY: there is no ${source} in the context`);
    return files;
  });
  if (found.length === 0) throw new Error(`COPY: there is nothing of ${sources.join(', ')} in the context`);
  for (const file of found) {
    for (const name of filesOf(from, file).filter((name) => !ignored(name))) {
      const folder = statSync(path.join(from, file)).isDirectory();
      const target = folder
        ? path.join(to, path.relative(file, name))
        : toFolder
          ? path.join(to, path.basename(name))
          : to;
      mkdirSync(path.dirname(target), { recursive: true });
      cpSync(path.join(from, name), target, { dereference: true });
    }
  }
}

/** The files below a file or folder, relative to `from`. */
function filesOf(from: string, file: string): string[] {
  if (!statSync(path.join(from, file)).isDirectory()) return [file];
  return readdirSync(path.join(from, file), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(from, path.join(entry.parentPath, entry.name)));
}
