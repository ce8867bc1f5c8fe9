import { expect, test } from "vitest";
import { reference, renderBlocks } from "./alloy-syntax.ts";

test("blocks, labels, attributes and references are spelt as Alloy reads them", () => {
  const text = renderBlocks([
    { type: "logging", attributes: { level: "info" } },
    {
      type: "prometheus.scrape",
      label: "pods",
      attributes: {
        targets: [{ __address__: "127.0.0.1:80" }],
        forward_to: [reference("prometheus.remote_write.cloud.receiver")],
        honor_labels: true,
      },
      blocks: [{ type: "clustering" }],
    },
  ]);
  expect(text).toBe(`logging {
  level = "info"
}

prometheus.scrape "pods" {
  targets = [{
    "__address__" = "127.0.0.1:80",
  }]
  forward_to = [prometheus.remote_write.cloud.receiver]
  honor_labels = true
  clustering { }
}
`);
});

test("quotes in text are escaped", () => {
  expect(renderBlocks([{ type: "a", attributes: { b: 'say "c"' } }])).toBe(
    'a {\n  b = "say \\"c\\""\n}\n',
  );
});
