import type { Deployment } from '../model.ts';
import { type Identified, type Identify, type IdentityTable, plainId, seedOf, text } from './identity.ts';
import { stableHex } from './names.ts';

/** `vpc-0a1b2c3d4e5f60718`: a prefix and 17 hexadecimal digits. */
function ec2Id(prefix: string, resource: Identified, deployment: Deployment, part = ''): string {
  return `${prefix}-${stableHex(`${seedOf(resource, deployment)}${part}`, 17)}`;
}

/** A type whose `Ref` is an id with that prefix, and whose attribute of that name is the same. */
function withId(prefix: string, attribute?: string): Identify {
  return (resource, deployment) => {
    const ref = ec2Id(prefix, resource, deployment);
    return { ref, attributes: attribute ? { [attribute]: ref } : {} };
  };
}

export const network: IdentityTable = {
  'AWS::EC2::VPC': (resource, deployment) => {
    const VpcId = ec2Id('vpc', resource, deployment);
    return {
      ref: VpcId,
      attributes: {
        VpcId,
        CidrBlock: text(resource, 'CidrBlock') ?? '',
        CidrBlockAssociations: [ec2Id('vpc-cidr-assoc', resource, deployment)],
        DefaultNetworkAcl: ec2Id('acl', resource, deployment),
        DefaultSecurityGroup: ec2Id('sg', resource, deployment),
        Ipv6CidrBlocks: [`2600:1f18:${stableHex(VpcId, 4)}:${stableHex(VpcId, 2)}00::/56`],
      },
    };
  },
  'AWS::EC2::Subnet': (resource, deployment) => {
    const SubnetId = ec2Id('subnet', resource, deployment);
    const ipv6 = text(resource, 'Ipv6CidrBlock');
    return {
      ref: SubnetId,
      attributes: {
        SubnetId,
        AvailabilityZone: text(resource, 'AvailabilityZone') ?? `${deployment.region}a`,
        CidrBlock: text(resource, 'CidrBlock') ?? '',
        Ipv6CidrBlocks: ipv6 ? [ipv6] : [],
        NetworkAclAssociationId: ec2Id('aclassoc', resource, deployment),
        VpcId: text(resource, 'VpcId') ?? '',
      },
    };
  },
  'AWS::EC2::SecurityGroup': (resource, deployment) => {
    const GroupId = ec2Id('sg', resource, deployment);
    return { ref: GroupId, attributes: { GroupId, Id: GroupId, VpcId: text(resource, 'VpcId') ?? '' } };
  },
  'AWS::EC2::SecurityGroupIngress': withId('sgr', 'Id'),
  'AWS::EC2::SecurityGroupEgress': withId('sgr', 'Id'),
  'AWS::EC2::RouteTable': withId('rtb', 'RouteTableId'),
  'AWS::EC2::Route': (resource, deployment) => ({
    ref: ec2Id('r', resource, deployment),
    attributes: {
      CidrBlock: text(resource, 'DestinationCidrBlock') ?? text(resource, 'DestinationIpv6CidrBlock') ?? '',
    },
  }),
  'AWS::EC2::InternetGateway': withId('igw', 'InternetGatewayId'),
  'AWS::EC2::VPCGatewayAttachment': (resource) => {
    const AttachmentType = resource.properties.VpnGatewayId ? 'VGW' : 'IGW';
    return { ref: `${AttachmentType}|${text(resource, 'VpcId')}`, attributes: { AttachmentType } };
  },
  'AWS::EC2::SubnetRouteTableAssociation': withId('rtbassoc', 'Id'),
  'AWS::EC2::VPCEndpoint': (resource, deployment) => {
    const Id = ec2Id('vpce', resource, deployment);
    const isInterface = text(resource, 'VpcEndpointType') === 'Interface';
    return {
      ref: Id,
      attributes: {
        Id,
        CreationTimestamp: '2026-01-01T00:00:00Z',
        DnsEntries: isInterface ? [`Z7HUB22UULQXV:${Id}.${text(resource, 'ServiceName')}.vpce.amazonaws.com`] : [],
        NetworkInterfaceIds: isInterface ? [ec2Id('eni', resource, deployment)] : [],
      },
    };
  },
  'AWS::EC2::LaunchTemplate': (resource, deployment) => {
    const LaunchTemplateId = ec2Id('lt', resource, deployment);
    return {
      ref: LaunchTemplateId,
      attributes: { LaunchTemplateId, DefaultVersionNumber: '1', LatestVersionNumber: '1' },
    };
  },
  'AWS::EC2::VPCCidrBlock': plainId('Id'),
};
