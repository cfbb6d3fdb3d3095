/** What the rest of the engine sees of `template.yaml`: every intrinsic resolved, every condition applied. */

export interface Resource {
  /** `Uploads`. */
  logicalId: string;
  /** Where it stands, from the root stack: `CsvReport/JobDefinition`. */
  path: string;
  /** `AWS::S3::Bucket`. */
  type: string;
  /**
   * Intrinsic functions are resolved. A number or truth value may be text (`"60"`, `"true"`): `Ref` gives text for a parameter
   * of type Number as well, and CloudFormation converts by what the property's type is.
   */
  // biome-ignore lint/suspicious/noExplicitAny: each consumer checks the properties of the types that it knows
  properties: Record<string, any>;
  // biome-ignore lint/suspicious/noExplicitAny: free-form by CloudFormation's definition
  metadata: Record<string, any>;
  /** What `!Ref` gives: the physical id. */
  ref: string;
  /** What `!GetAtt` gives, by attribute name; the items of a list are joined with commas. */
  attributes: Record<string, string>;
  /** Absolute path of the template that declares it; relative paths in its properties are relative to its folder. */
  templateFile: string;
}

export interface Stack {
  name: string;
  templateFile: string;
  /** Parameters after defaults and overrides; the items of a list are separated by commas. */
  parameters: Record<string, string>;
  /** Of this stack and of all nested ones, dependencies first. */
  resources: Resource[];
  outputs: Record<string, string>;
  /** Outputs of the stacks nested in it, by their paths: `Queue`, `Api`, `A/B`. Those beside it are under their names. */
  nested: Record<string, Record<string, string>>;
}

/** Something the engine cannot run, said to the user; the rest is started. */
export interface TemplateWarning {
  /** `CsvReport/JobDefinition`, `Parameters.ImageId`. */
  path: string;
  message: string;
}

/** What the intrinsic functions need to know of the place where the template runs. */
export interface Deployment {
  stackName: string;
  region: string;
  accountId: string;
  /** `http://127.0.0.1:4566`: physical ids that are URLs (SQS queues) stand under it. */
  endpoint: string;
  /** `http://127.0.0.1:3000`: what an HTTP API's `ApiEndpoint` is. */
  apiUrl: string;
  /** `127.0.0.1:34567`: what a load balancer's `DNSName` is. Default: what AWS would call it. */
  balancerAddress?: string;
  /** Parameter overrides. */
  parameters: Record<string, string>;
}
