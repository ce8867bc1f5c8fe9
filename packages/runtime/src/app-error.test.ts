import { expect, it } from "vitest";
import { AppError, dispositionOf, errorCodeOf } from "./app-error.ts";

it("an error of ours says what becomes of the work, and keeps its cause", () => {
  const cause = new Error("socket");
  const error = new AppError("gateway_down", "no answer", { disposition: "park", cause });
  expect([dispositionOf(error), errorCodeOf(error), error.cause]).toEqual([
    "park",
    "gateway_down",
    cause,
  ]);
});

it("anything else is worth another try", () => {
  expect([dispositionOf(new Error("?")), errorCodeOf("text")]).toEqual(["retry", "unexpected"]);
});
