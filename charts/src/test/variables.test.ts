import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { envSchema as dispatcherSchema } from "@app/dispatcher/config";
import { envSchema as indexerSchema } from "@app/indexer/config";
import { envSchema as liquidatorSchema } from "@app/liquidator/config";
import { kind, mainnet, stokenet } from "@weft/environments";
import { describe, expect, test } from "vitest";
import { manifestsOf, podOwners } from "./manifests.ts";

const PROGRAMS = {
  dispatcher: dispatcherSchema,
  indexer: indexerSchema,
  liquidator: liquidatorSchema,
} as const;
type Program = keyof typeof PROGRAMS;

/** Read by the AWS SDK and by Node. */
const OTHERS_VARIABLES = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "NODE_OPTIONS"];
/** What the kubelet fills in. */
const FIELDS: Readonly<Record<string, string>> = {
  "metadata.labels['batch.kubernetes.io/job-name']": "dispatcher-29394000",
};

function variablesOf(env: typeof mainnet, program: Program): Record<string, string> {
  const owner = podOwners(manifestsOf(env)).find(({ owner: o }) => o.metadata.name === program);
  const variables = owner?.template.spec?.containers[0]?.env ?? [];
  return Object.fromEntries(
    variables.map(({ name, value, valueFrom }) => {
      const field = FIELDS[valueFrom?.fieldRef?.fieldPath ?? ""];
      const secret = valueFrom?.secretKeyRef === undefined ? undefined : "from a secret";
      return [name, value ?? field ?? secret ?? ""];
    }),
  );
}

const CASES = [kind, stokenet, mainnet].flatMap((env) =>
  (Object.keys(PROGRAMS) as Program[]).map((program) => ({ env, name: env.name, program })),
);

describe.each(CASES)("$program on $name", ({ env, program }) => {
  const variables = variablesOf(env, program);
  const schema = PROGRAMS[program];

  test("accepts the variables it is given, and misses none", () => {
    const parsed = schema.safeParse(variables);
    expect(parsed.error?.issues ?? []).toEqual([]);
  });

  test("is given no variable that it does not read", () => {
    const known = [...Object.keys(schema.shape), ...OTHERS_VARIABLES];
    expect(Object.keys(variables).filter((name) => !known.includes(name))).toEqual([]);
  });

  test("is given no variable without a value", () => {
    expect(Object.entries(variables).filter(([, value]) => value === "")).toEqual([]);
  });
});

describe("the fields of an environment in docs/configuration.md", () => {
  const page = readFileSync(new URL("../../../docs/configuration.md", import.meta.url), "utf8");
  const rows = page
    .slice(page.indexOf("## On a cluster"), page.indexOf("## Exit codes"))
    .split("\n")
    .filter((line) => line.startsWith("| `"));
  const quoted = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, word = ""]) => word);
  const words = rows.flatMap(quoted);

  test("are fields that there are", () => {
    const schemaOf = (env: object, path: string) =>
      path.split(".").reduce<unknown>((at, name) => (at as Record<string, unknown>)?.[name], env);
    const fields = words.filter((word) => /^[a-z]/.test(word));
    const optional = ["aws.signingKeyId", "liquidator.account", "priceGuard.referenceUrl"];
    expect(fields.length).toBeGreaterThan(30);
    expect(
      fields.filter((path) => schemaOf(mainnet, path) === undefined && !optional.includes(path)),
    ).toEqual([]);
  });

  test("set every variable that manifests set, but for names and what the platform tells", () => {
    const named = /^(DATA_BUCKET|STATE_TABLE|.*_QUEUE|NODE_OPTIONS|JOB_NAME|AWS_.*KEY.*)$/;
    const set = (Object.keys(PROGRAMS) as Program[]).flatMap((program) =>
      Object.keys(variablesOf(mainnet, program)),
    );
    expect(set.filter((name) => !named.test(name) && !words.includes(name))).toEqual([]);
  });
});

test("ways to pay are what the environment says, and read as meant", () => {
  const liquidator = {
    ...mainnet.liquidator,
    ...{ flashLoans: false, maxSwapLoss: "0.03", allowLossXrd: "5", loanDustXrd: "2" },
    ...{ epochWindow: 3, holdFireEpochs: 4 },
    swapPools: ["component_a=resource_a/resource_b", "component_b=resource_b/resource_c"],
    inventoryKeep: { resource_a: "7.5", resource_b: "1" },
  };
  const parsed = liquidatorSchema.parse(variablesOf({ ...mainnet, liquidator }, "liquidator"));
  expect(parsed).toMatchObject({
    ...{ FLASH_LOANS: false, MAX_SWAP_LOSS: "0.03", ALLOW_LOSS_XRD: "5", LOAN_DUST_XRD: "2" },
    ...{ EPOCH_WINDOW: 3, HOLD_FIRE_EPOCHS: 4 },
    SWAP_POOLS: [
      { component: "component_a", pair: ["resource_a", "resource_b"] },
      { component: "component_b", pair: ["resource_b", "resource_c"] },
    ],
    INVENTORY_KEEP: new Map([
      ["resource_a", 7_500_000_000_000_000_000n],
      ["resource_b", 1_000_000_000_000_000_000n],
    ]),
  });
});

test("a reference source is told to whoever judges prices, and to nobody else", () => {
  const referenceUrl = "https://prices.example.org/xrd";
  const env = { ...mainnet, priceGuard: { ...mainnet.priceGuard, referenceUrl } };
  const told = (Object.keys(PROGRAMS) as Program[]).filter(
    (program) => variablesOf(env, program).REFERENCE_PRICES_URL === referenceUrl,
  );
  expect(told).toEqual(["indexer", "liquidator"]);
});

test.each<[Program, string[]]>([
  ["dispatcher", []],
  ["indexer", ["CANDIDATE_TTL_SECONDS", "CONFIRM_BATCH_SIZE"]],
  ["liquidator", ["FINALITY_POLL_MS"]],
])("what mainnet leaves to the %s itself is nothing an environment differs in", (program, own) => {
  const common = [
    ...["GATEWAY_CALL_BUDGET_MS", "GATEWAY_TIMEOUT_MS", "LOG_LEVEL", "CLOCK_URL", "REVISION"],
    ...["AWS_ENDPOINT_URL_SQS", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_DYNAMODB"],
  ];
  const worker = ["OPS_HOST", "OPS_PORT", "RECEIVE_WAIT_SECONDS", "BAD_DEBT_COLLATERAL_XRD"];
  const unset: Record<Program, string[]> = {
    dispatcher: ["SCHEDULED_AT"],
    indexer: [...worker, "REFERENCE_PRICES_URL"],
    // Of a key, which mainnet does not name yet, and of pools and balances, of which it names none.
    liquidator: [
      ...worker,
      ...["REFERENCE_PRICES_URL", "AWS_ENDPOINT_URL_KMS", "SIGNING_KEY_FILE", "SIGNING_KEY_ID"],
      ...["SIGNER_ACCOUNT", "SWAP_POOLS", "INVENTORY_KEEP"],
    ],
  };
  const given = Object.keys(variablesOf(mainnet, program));
  const left = Object.keys(PROGRAMS[program].shape).filter((name) => !given.includes(name));
  expect(left.toSorted()).toEqual([...common, ...unset[program], ...own].toSorted());
});

test("the programs of mainnet share the Gateway's budgets among the pods there may be", () => {
  const share = ({
    GATEWAY_MAX_IN_FLIGHT,
    GATEWAY_REQUESTS_PER_SECOND,
    GATEWAY_FINALITY_IN_FLIGHT,
  }: Record<string, string>) => [
    GATEWAY_MAX_IN_FLIGHT,
    GATEWAY_REQUESTS_PER_SECOND,
    ...(GATEWAY_FINALITY_IN_FLIGHT === undefined ? [] : [GATEWAY_FINALITY_IN_FLIGHT]),
  ];
  expect(share(variablesOf(mainnet, "dispatcher"))).toEqual(["1", "10"]);
  expect(share(variablesOf(mainnet, "indexer"))).toEqual(["3", "20"]);
  expect(share(variablesOf(mainnet, "liquidator"))).toEqual(["10", "60", "2"]);
});

test("only the liquidator of kind signs", () => {
  const signers = [kind, stokenet, mainnet].map((env) => {
    const { SIGNER, DRY_RUN, SIGNING_KEY_FILE } = variablesOf(env, "liquidator");
    return [SIGNER, DRY_RUN, SIGNING_KEY_FILE];
  });
  expect(signers).toEqual([
    ["file", "false", "/var/run/weft/keys/signing-key"],
    ["none", "true", undefined],
    ["none", "true", undefined],
  ]);
});

test("an environment that names its account signs with its key in KMS", () => {
  const account = "account_tdx_2_12ysf96k54cms59dewuf2vxgwx2qu6pp36d32vcxz7yn6ej40qy5pqf";
  const signing = { ...stokenet.liquidator, signer: "kms", dryRun: false, account } as const;
  const variables = variablesOf({ ...stokenet, liquidator: signing }, "liquidator");
  expect(variables).toMatchObject({
    SIGNER: "kms",
    DRY_RUN: "false",
    SIGNING_KEY_ID: "alias/weft-stokenet-signer",
    SIGNER_ACCOUNT: account,
  });
  expect(liquidatorSchema.safeParse(variables).error).toBeUndefined();
});

test("an environment drains for as long as the programs take", async () => {
  for (const program of Object.keys(PROGRAMS) as Program[]) {
    const url = new URL(`../../../apps/${program}/src/main.ts`, import.meta.url);
    const text = await readFile(url, "utf8");
    const [, constant = ""] = /(?:GRACE_PERIOD_MS =|gracePeriodMs:) ([\d_]+)/.exec(text) ?? [];
    const graceMs = Number(constant.replaceAll("_", ""));
    expect([program, mainnet[program].drainSeconds * 1_000]).toEqual([program, graceMs]);
  }
});
