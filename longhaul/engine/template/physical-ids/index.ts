import type { Deployment } from '../model.ts';
import { access } from './access.ts';
import { api } from './api.ts';
import { compute } from './compute.ts';
import { functions } from './functions.ts';
import type { Identified, IdentityTable, PhysicalId } from './identity.ts';
import { loadBalancing } from './load-balancing.ts';
import { messaging } from './messaging.ts';
import { network } from './network.ts';
import { observability } from './observability.ts';
import { storage } from './storage.ts';

/**
 * What `Ref` and `Fn::GetAtt` give for a resource, by its type, from "Return values" on the type's page in
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
 */
const identities: IdentityTable = {
  ...storage,
  ...messaging,
  ...access,
  ...compute,
  ...functions,
  ...api,
  ...network,
  ...loadBalancing,
  ...observability,
};

/** Whether the engine can say what references to a resource of this type are. */
export function isKnownType(type: string): boolean {
  return Object.hasOwn(identities, type);
}

/** Undefined for a type that is not in the table. */
export function physicalId(resource: Identified, deployment: Deployment): PhysicalId | undefined {
  return identities[resource.type]?.(resource, deployment);
}
