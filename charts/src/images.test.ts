import { kind, mainnet } from "@weft/environments";
import { expect, test } from "vitest";
import { createImages } from "./images.ts";

const digest = `sha256:${"0f".repeat(32)}`;

test("an image goes by its digest once there is one", () => {
  const image = createImages(mainnet, { lock: { indexer: digest }, release: false });
  expect(image("indexer")).toBe(`${mainnet.images.registry}/indexer@${digest}`);
});

test("before the first build an image goes by its version", () => {
  const image = createImages(mainnet, { lock: {}, release: false });
  expect(image("indexer")).toBe(`${mainnet.images.registry}/indexer:0.1.0`);
});

test("a release without a digest is refused, and says what to do", () => {
  const image = createImages(mainnet, { lock: {}, release: true });
  expect(() => image("indexer")).toThrow(
    "no digest of indexer for mainnet: build it and put the digest into environments/images.lock.json",
  );
});

test("a digest that is none is refused", () => {
  const image = createImages(mainnet, { lock: { indexer: "sha256:short" }, release: true });
  expect(() => image("indexer")).toThrow("the digest of indexer is none: sha256:short");
});

test("images loaded into the nodes by hand have plain names, digest or not", () => {
  const image = createImages(kind, { lock: { indexer: digest }, release: true });
  expect(image("indexer")).toBe("weft/indexer:dev");
});
