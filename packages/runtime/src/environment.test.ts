import { describe, expect, it } from "vitest";
import { z } from "zod";
import {
  awsVariables,
  CLOCK_ON_SIMULATOR_ONLY,
  crossCheck,
  ledgerVariables,
  parseEnvironment,
  shellVariables,
} from "./environment.ts";

const schema = crossCheck(
  z.object({ ...shellVariables, ...ledgerVariables, ...awsVariables }),
  "CLOCK_URL",
  CLOCK_ON_SIMULATOR_ONLY,
);

const complete = {
  NETWORK: "simulator",
  GATEWAY_URLS: "http://127.0.0.1:1/, http://127.0.0.1:2",
  LENDING_MARKET: "component_sim1market",
  LENDING_POOL: "component_sim1pool",
  CDP_RESOURCE: "resource_sim1cdp",
  AWS_REGION: "eu-west-1",
  DATA_BUCKET: "weft-data",
  STATE_TABLE: "weft-state",
};

function faultsOf(env: Record<string, string>): string {
  try {
    parseEnvironment(schema, env);
  } catch (error) {
    return String((error as Error).message);
  }
  return "";
}

describe("parseEnvironment", () => {
  it("reads a complete environment, with defaults for the rest", () => {
    expect(parseEnvironment(schema, complete)).toMatchObject({
      LOG_LEVEL: "info",
      OPS_PORT: 9_400,
      GATEWAY_URLS: ["http://127.0.0.1:1", "http://127.0.0.1:2"],
      MAX_HEAD_AGE_SECONDS: 120,
    });
  });

  it("names every variable that is missing, at once", () => {
    const message = faultsOf({});
    for (const name of Object.keys(complete)) expect(message).toContain(`${name}: is not set`);
  });

  it("counts an empty variable as not set", () => {
    expect(faultsOf({ ...complete, AWS_REGION: "" })).toContain("AWS_REGION: is not set");
  });

  it.each([
    ["NETWORK", "betanet"],
    ["GATEWAY_URLS", "ftp://host"],
    ["GATEWAY_MAX_IN_FLIGHT", "0"],
    ["GATEWAY_TIMEOUT_MS", "30s"],
    ["LENDING_MARKET", "resource_sim1market"],
    ["OPS_PORT", "70000"],
  ])("refuses %s=%s and names it", (name, value) => {
    expect(faultsOf({ ...complete, [name]: value })).toContain(`${name}`);
  });

  it("refuses a simulated clock on a public network", () => {
    const env = { ...complete, NETWORK: "mainnet", CLOCK_URL: "http://127.0.0.1:1/clock" };
    expect(faultsOf(env)).toContain("CLOCK_URL: is for the simulator alone; unset it on a public");
  });

  it("tells a fault over several variables together with what is missing", () => {
    const message = faultsOf({ NETWORK: "mainnet", CLOCK_URL: "http://127.0.0.1:1/clock" });
    expect(message).toContain("CLOCK_URL: is for the simulator alone");
    expect(message).toContain("AWS_REGION: is not set");
  });
});
