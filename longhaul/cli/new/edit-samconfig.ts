const SECTION = '[local.deploy.parameters]';

/**
 * `samconfig.toml` with a parameter more for the engine, which runs jobs from their source: there any text will do as the image.
 *
 * @param text - undefined where there is no such file yet
 * @throws Error for overrides that are neither a list nor a text in double quotes
 */
export function addToSamconfig(text: string | undefined, parameter: string): string {
  const value = `${parameter}=local`;
  if (text === undefined) return `version = 0.1\n\n${section(value)}`;
  const header = text.indexOf(SECTION);
  if (header === -1) return `${text.trimEnd()}\n\n${section(value)}`;
  const from = header + SECTION.length;
  const next = text.slice(from).search(/^\[/m);
  const body = next === -1 ? text.slice(from) : text.slice(from, from + next);
  return text.slice(0, from) + withOverride(body, value) + text.slice(from + body.length);
}

/** `samconfig.toml` without that parameter. The same text where it does not set it. */
export function removeFromSamconfig(text: string, parameter: string): string {
  const made = text.replace(`\n\n${section(`${parameter}=local`)}`, '\n');
  const key = /^parameter_overrides\s*=\s*/m.exec(made.slice(made.indexOf(SECTION)));
  if (made !== text || !made.includes(SECTION) || !key) return made;
  const from = made.indexOf(SECTION) + key.index + key[0].length;
  const rest = made.slice(from);
  const override = rest.startsWith('[')
    ? new RegExp(`\\n[^\\S\\n]*"${parameter}=[^"]*",?[^\\n]*(?=\\n)|"${parameter}=[^"]*"(?:, )?`)
    : new RegExp(`\\b${parameter}=[^\\s"]* ?`);
  return made.slice(0, from) + rest.replace(override, '');
}

const section = (value: string) =>
  `# The engine on this machine reads its parameters here: jobs run from their source, so any image name will do.\n${SECTION}\nparameter_overrides = [\n  "${value}",\n]\n`;

function withOverride(body: string, value: string): string {
  const key = /^parameter_overrides\s*=\s*/m.exec(body);
  if (!key) return `\nparameter_overrides = [\n  "${value}",\n]${body}`;
  const at = key.index + key[0].length;
  const rest = body.slice(at);
  const lines = /^\[[^\S\n]*\n/.exec(rest);
  if (lines) {
    // Behind the other images, where there are any: each in a line of its own.
    const images = [...rest.matchAll(/^\s*"\w+Image=[^"]*",[^\n]*\n/gm)].at(-1);
    const line = at + (images ? images.index + images[0].length : lines[0].length);
    return `${body.slice(0, line)}  "${value}",\n${body.slice(line)}`;
  }
  if (rest.startsWith('[')) {
    const more = /^\[\s*\]/.test(rest) ? '' : ', ';
    return `${body.slice(0, at)}["${value}"${more}${rest.slice(1)}`;
  }
  if (rest.startsWith('"') && !rest.startsWith('"""')) {
    const more = rest.startsWith('""') ? '' : ' ';
    return `${body.slice(0, at)}"${value}${more}${rest.slice(1)}`;
  }
  throw new Error(
    `parameter_overrides in ${SECTION} of samconfig.toml is neither a list nor a text in double quotes: ${rest.split('\n')[0]}`,
  );
}
