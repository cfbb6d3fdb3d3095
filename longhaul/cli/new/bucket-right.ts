import { isMap, isSeq, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml';
import { applyEdits } from './text-edit.ts';
import { insertItem } from './yaml-edits.ts';

/** A statement for a job's role: the right to read a bucket. With `s3:ListBucket` a missing object answers 404 instead of 403. */
function readStatement(bucket: string): string {
  return `Effect: Allow # to read what starts it
Action: [s3:GetObject, s3:GetObjectVersion, s3:ListBucket]
Resource:
  - !Sub arn:\${AWS::Partition}:s3:::${bucket}
  - !Sub arn:\${AWS::Partition}:s3:::${bucket}/*`;
}

/**
 * A job's template whose role may read a bucket: the same text where it already may.
 *
 * @returns undefined where the template has no role of the job's to which the right can be added
 */
export function withReadRight(text: string, bucket: string): string | undefined {
  const statements = statementsOfRole(text);
  if (!statements) return undefined;
  const mayRead = statements.items.some((item) => isMap(item) && allowsRead(item, bucket));
  return mayRead ? text : applyEdits(text, [insertItem(text, statements, readStatement(bucket))]);
}

/** The template of a new job without the statements that `withReadRight` added. */
export function withoutReadRights(text: string): string {
  const buckets = [...text.matchAll(/s3:::(\S+)\/\*$/gm)].map(([, bucket]) => bucket!);
  return buckets.reduce((rest, bucket) => rest.replace(`\n${inRole(bucket)}`, ''), text);
}

/** A statement as the templates of new jobs have it. */
export const inRole = (bucket: string): string => {
  const indent = ' '.repeat(14);
  return `${indent}- ${readStatement(bucket).replaceAll('\n', `\n${indent}  `)}`;
};

/** The statements of the role that the job's containers have. */
function statementsOfRole(text: string): YAMLSeq | undefined {
  const document = parseDocument(text, { keepSourceTokens: true, logLevel: 'silent', merge: true });
  const resources = document.get('Resources');
  if (document.errors.length > 0 || !isMap(resources)) return undefined;
  const all = resources.items.map(({ value }) => value).filter((value): value is YAMLMap => isMap(value));
  const role = all
    .flatMap((one) =>
      [['ContainerProperties', 'JobRoleArn'], ['TaskRoleArn']].map((path) => one.getIn(['Properties', ...path])),
    )
    .find((arn) => typeof arn === 'string' && arn.endsWith('.Arn')) as string | undefined;
  const statements =
    role &&
    resources.getIn([role.replace(/\.Arn$/, ''), 'Properties', 'Policies', 0, 'PolicyDocument', 'Statement'], true);
  return isSeq(statements) && !statements.flow && statements.items.length > 0 ? statements : undefined;
}

function allowsRead(statement: YAMLMap, bucket: string): boolean {
  const { Effect, Action, Resource, Condition } = statement.toJSON() as Record<string, string | string[]>;
  const objects = `arn:\${AWS::Partition}:s3:::${bucket}/*`;
  return (
    Effect === 'Allow' &&
    Condition === undefined &&
    [Action].flat().some((action) => ['s3:GetObject', 's3:Get*', 's3:*'].includes(action ?? '')) &&
    [Resource].flat().includes(objects)
  );
}
