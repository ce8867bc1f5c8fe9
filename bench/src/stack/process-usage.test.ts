import { expect, test } from "vitest";
import { cpuMsOf, peakRssMbOf } from "./process-usage.ts";

test("CPU time is user and system time, also of a program with blanks and brackets in its name", () => {
  const stat = "4711 (node (x) y) S 1 4711 4711 0 -1 4194560 9 0 0 0 250 50 7 7 20 0 11 0 99";
  expect(cpuMsOf(stat)).toBe(3_000);
});

test("the most memory ever resident, not what is resident now", () => {
  expect(peakRssMbOf("VmPeak:\t 900000 kB\nVmHWM:\t  262144 kB\nVmRSS:\t  100 kB\n")).toBe(256);
});

test("a status without it is an error, not nothing", () => {
  expect(() => peakRssMbOf("VmRSS:\t 100 kB\n")).toThrow("no VmHWM");
});
