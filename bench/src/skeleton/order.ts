/** What one process of the skeleton is to work on, and against which servers. */
export interface SkeletonOrder {
  readonly gatewayUrl: string;
  readonly sqsUrl: string;
  readonly queueUrl: string;
  readonly dynamodbUrl: string;
  readonly table: string;
  /** URL of the bucket. */
  readonly bucketUrl: string;
  readonly account: string;
  readonly privateKeyHex: string;
  readonly networkId: number;
  /** Worked on at once, up to submission. */
  readonly executors: number;
  /** Held at once, those that wait for their commit included. */
  readonly messagesHeld: number;
  /** Statuses asked for at once. */
  readonly finalityInFlight: number;
  /** From submission to the moment at which asking for the end is worth while. */
  readonly commitMs: number;
  /** Done when nothing has come for so long and nothing is held. */
  readonly idleMs: number;
  /** To warm up with. */
  readonly example: SkeletonTask;
}

/** The body of a message of the skeleton's queue. */
export interface SkeletonTask {
  readonly cdpId: string;
  /** Asks for the CDP's health. */
  readonly healthManifest: string;
  /** Liquidates a little of it. */
  readonly liquidationManifest: string;
}

/** What one process of the skeleton came to. */
export interface SkeletonResult {
  readonly submitted: number;
  readonly lastSubmittedAtMs: number;
  readonly cpuMs: number;
}
