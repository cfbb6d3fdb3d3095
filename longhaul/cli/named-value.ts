import { InvalidArgumentError } from 'commander';

/** Reads an option that may be given again, each time as one name with its value; `form` is how to write it. */
export function namedValue(form: string): (value: string, all?: Record<string, string>) => Record<string, string> {
  return (value, all = {}) => {
    const at = value.indexOf('=');
    if (at < 1) throw new InvalidArgumentError(`Write it as ${form}.`);
    return { ...all, [value.slice(0, at)]: value.slice(at + 1) };
  };
}
