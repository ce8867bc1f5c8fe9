import { RemovalPolicy, Stack } from "aws-cdk-lib";
import { AccountRootPrincipal, PolicyDocument, PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Alias, Key, KeySpec, KeyUsage } from "aws-cdk-lib/aws-kms";
import { Construct } from "constructs";

export interface SigningKeyProps {
  /** With the leading `alias/`. */
  readonly aliasName: string;
  /** Who alone may sign; its own policy must say so too. */
  readonly signerRoleArn: string;
  readonly retain: boolean;
}

/** What it takes to look after a key, and to give it up; not to use it. */
const ADMINISTRATION = [
  "kms:CreateAlias",
  "kms:DeleteAlias",
  "kms:UpdateAlias",
  "kms:DescribeKey",
  "kms:EnableKey",
  "kms:DisableKey",
  "kms:GetKeyPolicy",
  "kms:PutKeyPolicy",
  "kms:GetKeyRotationStatus",
  "kms:ListGrants",
  "kms:ListKeyPolicies",
  "kms:ListResourceTags",
  "kms:RevokeGrant",
  "kms:TagResource",
  "kms:UntagResource",
  "kms:UpdateKeyDescription",
  "kms:ScheduleKeyDeletion",
  "kms:CancelKeyDeletion",
];

/**
 * The Ed25519 key of the account that liquidates. It never leaves KMS. Its policy gives no one the right to use it by
 * the account's own policies, as a key's usually does: only the signer's role, and only when its policy agrees.
 */
export class SigningKey extends Construct {
  readonly key: Key;

  constructor(scope: Construct, id: string, props: SigningKeyProps) {
    super(scope, id);
    this.key = new Key(this, "key", {
      description: `${Stack.of(this).stackName}: signs liquidations on Radix`,
      keySpec: KeySpec.ECC_NIST_EDWARDS25519,
      keyUsage: KeyUsage.SIGN_VERIFY,
      removalPolicy: props.retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      policy: new PolicyDocument({ statements: keyPolicy(props.signerRoleArn) }),
    });
    const alias = new Alias(this, "alias", { aliasName: props.aliasName, targetKey: this.key });
    // An alias left behind would be in the way of the environment's next one.
    alias.applyRemovalPolicy(RemovalPolicy.DESTROY);
  }
}

function keyPolicy(signerRoleArn: string): PolicyStatement[] {
  const everyone = [new AccountRootPrincipal()];
  return [
    new PolicyStatement({
      sid: "Administration",
      principals: everyone,
      actions: ADMINISTRATION,
      resources: ["*"],
    }),
    // By condition, not as principal: a role that is made again under its name would not be the same principal.
    new PolicyStatement({
      sid: "SigningByTheLiquidatorAlone",
      principals: everyone,
      actions: ["kms:Sign", "kms:GetPublicKey"],
      resources: ["*"],
      conditions: { ArnEquals: { "aws:PrincipalArn": signerRoleArn } },
    }),
  ];
}
