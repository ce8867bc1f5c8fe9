import { expect, test } from "vitest";
import { buildArguments } from "./image.ts";

test("an image is built of one commit and of bases by digest, with its contents attested, and pushed", () => {
  const build = buildArguments({
    app: "indexer",
    commit: "0123",
    committedAt: "1700000000",
    reference: "registry/weft/indexer:0.1.0-0123",
    bases: ["RUN_IMAGE=distroless@sha256:ab"],
  });
  expect(build.join(" ")).toBe(
    "buildx build . --platform linux/amd64 --build-arg APP=indexer --build-arg REVISION=0123 " +
      "--build-arg SOURCE_DATE_EPOCH=1700000000 --build-arg RUN_IMAGE=distroless@sha256:ab " +
      "--sbom=true --provenance=mode=max " +
      "--output type=image,name=registry/weft/indexer:0.1.0-0123,push=true,rewrite-timestamp=true",
  );
});
