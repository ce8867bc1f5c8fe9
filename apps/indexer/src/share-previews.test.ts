import type { LedgerHealth } from "@weft/ledger";
import { describe, expect, it } from "vitest";
import { type SharePreviewsDeps, sharePreviews } from "./share-previews.ts";

const { signal } = new AbortController();
const health = {} as LedgerHealth;

/** Previews of four; a group lingers until the test says that its time is over. */
function createShared(change: Partial<SharePreviewsDeps> = {}) {
  const asked: string[] = [];
  const lingers: (() => void)[] = [];
  const value = sharePreviews({
    value: (ids) => {
      asked.push(ids.join());
      return Promise.resolve(new Map(ids.map((id) => [id, health])));
    },
    groupSize: 4,
    lingerMs: 500,
    sleep: (_ms, s) =>
      new Promise((resolve) => {
        lingers.push(resolve);
        s.addEventListener("abort", () => resolve());
      }),
    lifetime: signal,
    ...change,
  });
  return { asked, lingers, value: (ids: string) => value(ids.split(","), signal) };
}

describe("sharePreviews", () => {
  it("asks about the few of several batches in one preview, once they are enough for it", async () => {
    const { asked, value } = createShared();
    const answers = await Promise.all([value("#1#,#2#"), value("#3#"), value("#4#")]);
    expect(asked).toEqual(["#1#,#2#,#3#,#4#"]);
    expect(answers.map((answer) => answer.size)).toEqual([4, 4, 4]);
  });

  it("divides those of a batch that do not fit, and answers it for all of them", async () => {
    const { asked, lingers, value } = createShared();
    const first = value("#1#,#2#,#3#");
    const second = value("#4#,#5#,#6#");
    lingers[1]?.();
    expect([...(await second).keys()]).toEqual(["#1#", "#2#", "#3#", "#4#", "#5#", "#6#"]);
    await first;
    expect(asked).toEqual(["#1#,#2#,#3#,#4#", "#5#,#6#"]);
  });

  it("waits for company no longer than it may", async () => {
    const { asked, lingers, value } = createShared();
    const first = value("#1#");
    expect(asked).toEqual([]);
    lingers[0]?.();
    await first;
    const second = value("#2#");
    lingers[1]?.();
    await second;
    expect(asked).toEqual(["#1#", "#2#"]);
  });

  it("lets a full group wait for nobody, and leaves those who do wait alone", async () => {
    const { asked, lingers, value } = createShared();
    const few = value("#1#");
    await value("#2#,#3#,#4#,#5#");
    expect(asked).toEqual(["#2#,#3#,#4#,#5#"]);
    lingers[0]?.();
    await few;
    expect(asked).toEqual(["#2#,#3#,#4#,#5#", "#1#"]);
  });

  it("asks once about a CDP that two runs ask about", async () => {
    const { asked, lingers, value } = createShared();
    const both = [value("#1#,#2#"), value("#1#,#3#")];
    lingers[0]?.();
    await Promise.all(both);
    expect(asked).toEqual(["#1#,#2#,#3#"]);
  });

  it("tells a failure to all who shared the preview, and asks anew for those after them", async () => {
    const outage = new Error("429");
    let calls = 0;
    const { value } = createShared({
      value: (ids) => {
        calls += 1;
        return calls === 1
          ? Promise.reject(outage)
          : Promise.resolve(new Map(ids.map((id) => [id, health])));
      },
    });
    const shared = [value("#1#,#2#"), value("#3#,#4#")];
    await expect(shared[0]).rejects.toBe(outage);
    await expect(shared[1]).rejects.toBe(outage);
    expect((await value("#5#,#6#,#7#,#8#")).size).toBe(4);
  });

  it("leaves at once when the process ends", async () => {
    const { asked, value } = createShared({
      lifetime: AbortSignal.abort(),
      sleep: (_ms, s) => (s.aborted ? Promise.resolve() : new Promise(() => undefined)),
    });
    await value("#1#");
    expect(asked).toEqual(["#1#"]);
  });
});
