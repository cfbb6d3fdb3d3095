import type { Tags } from 'yaml';

/** CloudFormation's functions that have a short form, by tag: `!GetAtt` stands for `Fn::GetAtt`. */
const functionByTag: Record<string, string> = {
  '!Ref': 'Ref',
  '!Condition': 'Condition',
  ...Object.fromEntries(
    [
      'And',
      'Base64',
      'Cidr',
      'Equals',
      'FindInMap',
      'GetAtt',
      'GetAZs',
      'If',
      'ImportValue',
      'Join',
      'Length',
      'Not',
      'Or',
      'Select',
      'Split',
      'Sub',
      'ToJsonString',
      'Transform',
    ].map((name) => [`!${name}`, `Fn::${name}`]),
  ),
};

export function functionOf(tag: string | undefined): string | undefined {
  return tag === undefined ? undefined : functionByTag[tag];
}

export const shortTags = Object.keys(functionByTag);

/**
 * SAM and CloudFormation read YAML 1.1's words for true and false, but not its single letters: `AttributeType: N` of a
 * DynamoDB table is text.
 */
const yes = ['yes', 'Yes', 'YES', 'on', 'On', 'ON'];
const no = ['no', 'No', 'NO', 'off', 'Off', 'OFF'];

/** The tags that a template may hold: YAML 1.2's core schema, the words above, and the short forms on any kind of node. */
export function templateTags(core: Tags): Tags {
  return [
    ...core,
    {
      tag: 'tag:yaml.org,2002:bool',
      default: true,
      test: new RegExp(`^(?:${[...yes, ...no].join('|')})$`),
      resolve: (word: string) => yes.includes(word),
    },
    ...shortTags.flatMap(
      (tag): Tags => [
        { tag, resolve: (text: string) => text },
        { tag, collection: 'map' },
        { tag, collection: 'seq' },
      ],
    ),
  ];
}
