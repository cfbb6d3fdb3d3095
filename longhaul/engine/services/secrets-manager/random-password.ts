import { randomInt } from 'node:crypto';

/** `GenerateSecretString` of a template, `GetRandomPassword` of the API. Truth values may be text. */
export interface PasswordSettings {
  /** 1 to 4,096; 32 unless told. */
  PasswordLength?: number | string;
  ExcludeCharacters?: string;
  ExcludeLowercase?: boolean | string;
  ExcludeUppercase?: boolean | string;
  ExcludeNumbers?: boolean | string;
  ExcludePunctuation?: boolean | string;
  IncludeSpace?: boolean | string;
  /** At least one character of each type; true unless told. */
  RequireEachIncludedType?: boolean | string;
}

const LOWERCASE = 'abcdefghijklmnopqrstuvwxyz';
/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html, ExcludePunctuation */
const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/** @throws RangeError for settings that leave no character, or too few places for one of each type */
export function randomPassword(settings: PasswordSettings): string {
  const { ExcludeCharacters: excluded = '', PasswordLength = 32 } = settings;
  const is = (value: unknown): boolean => value === true || value === 'true';
  const types = [
    is(settings.ExcludeLowercase) ? '' : LOWERCASE,
    is(settings.ExcludeUppercase) ? '' : LOWERCASE.toUpperCase(),
    is(settings.ExcludeNumbers) ? '' : '0123456789',
    is(settings.ExcludePunctuation) ? '' : PUNCTUATION,
    is(settings.IncludeSpace) ? ' ' : '',
  ]
    .map((characters) => [...characters].filter((character) => !excluded.includes(character)))
    .filter((characters) => characters.length > 0);
  const length = Number(PasswordLength);
  if (!Number.isInteger(length) || length < 1 || length > 4096) {
    throw new RangeError(`PasswordLength must be 1 to 4096; it is ${PasswordLength}`);
  }
  const required = settings.RequireEachIncludedType === undefined || is(settings.RequireEachIncludedType) ? types : [];
  if (types.length === 0 || required.length > length) {
    throw new RangeError(`a password of ${length} characters cannot be made of ${types.length} types of characters`);
  }
  const any = types.flat();
  const characters = Array.from({ length }, (_, index) => pick(required[index] ?? any));
  for (let index = length - 1; index > 0; index--) {
    const other = randomInt(index + 1);
    [characters[index], characters[other]] = [characters[other]!, characters[index]!];
  }
  return characters.join('');
}

const pick = (characters: string[]): string => characters[randomInt(characters.length)]!;
