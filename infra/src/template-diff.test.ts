import { expect, test } from "vitest";
import { diffTemplates } from "./template-diff.ts";
import type { Resource, Templates } from "./templates.ts";

const templates = (resources: Record<string, Resource>): Templates =>
  new Map([["data", { Resources: resources }]]);
const queue = (seconds: number): Resource => ({
  Type: "AWS::SQS::Queue",
  Properties: { VisibilityTimeout: seconds, Tags: [{ Key: "a", Value: "b" }] },
});

test("templates that say the same do not differ, whatever the order", () => {
  const [one, two] = [queue(1), queue(2)];
  expect(diffTemplates(templates({ one, two }), templates({ two, one }))).toEqual([]);
});

test("a change is named down to the smallest part", () => {
  expect(diffTemplates(templates({ q: queue(60) }), templates({ q: queue(120) }))).toEqual([
    "~ data: AWS::SQS::Queue q Properties.VisibilityTimeout: 60 → 120",
  ]);
});

test("what an array gains or loses is a line", () => {
  const role = (...actions: string[]): Resource => ({
    Type: "AWS::IAM::Policy",
    Properties: { Action: actions },
  });
  expect(diffTemplates(templates({ p: role("a") }), templates({ p: role("a", "b") }))).toEqual([
    '~ data: AWS::IAM::Policy p Properties.Action.1: nothing → "b"',
  ]);
});

test("what comes and goes is said, and what is kept though it goes", () => {
  const bucket: Resource = { Type: "AWS::S3::Bucket", DeletionPolicy: "Retain" };
  const was = templates({ old: queue(1), bucket });
  const is = new Map([["network", { Resources: { fresh: queue(1) } }]]);
  expect(diffTemplates(was, is)).toEqual([
    "- data: AWS::S3::Bucket bucket (kept, no longer managed)",
    "- data: AWS::SQS::Queue old",
    "+ network: AWS::SQS::Queue fresh",
  ]);
});
