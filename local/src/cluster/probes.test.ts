import { expect, it } from "vitest";
import { createProbes } from "./probes.ts";

it("lives from the start, is ready when told so, and never again once it stops", async () => {
  const { server, markReady, markStopping } = createProbes();
  const ask = async (url: string) => (await server.inject({ method: "GET", url })).statusCode;
  expect([await ask("/livez"), await ask("/readyz")]).toEqual([200, 503]);
  markReady();
  expect([await ask("/livez"), await ask("/readyz")]).toEqual([200, 200]);
  markStopping();
  expect([await ask("/livez"), await ask("/readyz")]).toEqual([200, 503]);
});
