import { readFileSync } from "node:fs";
import type { SkeletonOrder, SkeletonResult } from "./order.ts";
import { runSkeleton, warmUp } from "./run-skeleton.ts";

/** One process of the skeleton: argument 1 is the file of its order. Says when it is warm, and at its end what it came to. */
const [, , file = ""] = process.argv;
const order = JSON.parse(readFileSync(file, "utf8")) as SkeletonOrder;

const say = (line: unknown) => process.stdout.write(`${JSON.stringify(line)}\n`);

await warmUp(order);
say({ event: "listening" });
const before = process.cpuUsage();
const result = await runSkeleton(order);
const { user, system } = process.cpuUsage(before);
const told: SkeletonResult = { ...result, cpuMs: (user + system) / 1_000 };
say({ event: "done", ...told });
