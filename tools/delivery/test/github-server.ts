import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Entry } from "../github.ts";

const MAX_PAGE_SIZE = 100;

export interface GitHubServer {
  readonly variables: Record<string, string>;
  readonly comments: Entry[];
  readonly issues: (Entry & { state: string; title?: string })[];
  readonly requests: string[];
}

/** Comments and issues of one repository, over HTTP as GitHub's REST API has them; what is written here, a bot wrote. */
export async function withGitHub(use: (github: GitHubServer) => Promise<void>): Promise<void> {
  const comments: Entry[] = [];
  const issues: GitHubServer["issues"] = [];
  const requests: string[] = [];
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "", "http://localhost");
    const path = url.pathname.replace("/repos/weft-finance/weft-backend/", "");
    requests.push(`${request.method} ${path}`);
    let text = "";
    for await (const chunk of request) text += chunk;
    const answer = (status: number, body: unknown) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    if (request.headers.authorization !== "Bearer a token") return answer(401, {});
    const page = <T>(all: readonly T[]) => {
      const size = Math.min(Number(url.searchParams.get("per_page") ?? 30), MAX_PAGE_SIZE);
      const start = (Number(url.searchParams.get("page") ?? 1) - 1) * size;
      return answer(200, all.slice(start, start + size));
    };
    const write = (list: Entry[], found: Entry | undefined, made: object) => {
      const body = JSON.parse(text);
      if (request.method === "PATCH" && found === undefined) return answer(404, {});
      if (found) return answer(200, Object.assign(found, body));
      const entry = { ...made, ...body, user: { type: "Bot" } } as Entry;
      list.push(entry);
      return answer(201, entry);
    };
    const [, id] = /^issues\/comments\/(\d+)$/.exec(path) ?? [];
    const [, number] = /^issues\/(\d+)$/.exec(path) ?? [];
    if (path === "issues/7/comments") {
      if (request.method === "GET") return page(comments);
      return write(comments, undefined, { id: 1000 + comments.length });
    }
    if (id)
      return write(
        comments,
        comments.find((one) => one.id === Number(id)),
        {},
      );
    if (number)
      return write(
        issues,
        issues.find((one) => one.number === Number(number)),
        {},
      );
    if (path !== "issues") return answer(404, {});
    const state = url.searchParams.get("state");
    if (request.method === "GET") return page(issues.filter((one) => one.state === state));
    const made = 2000 + issues.length;
    return write(issues, undefined, { id: made, number: made, state: "open" });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    await use({
      ...{ comments, issues, requests },
      variables: {
        GITHUB_API_URL: `http://127.0.0.1:${port}`,
        GITHUB_REPOSITORY: "weft-finance/weft-backend",
        GITHUB_TOKEN: "a token",
        PULL_REQUEST: "7",
      },
    });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
