import {
  type ApiResponse,
  Configuration,
  type FetchAPI,
  StateApi,
  type StateEntityDetailsRequest,
  type StateEntityDetailsResponse,
  type StateEntityFungiblesPageRequest,
  type StateEntityFungiblesPageResponse,
  type StateKeyValueStoreDataRequest,
  type StateKeyValueStoreDataResponse,
  type StateKeyValueStoreKeysRequest,
  type StateKeyValueStoreKeysResponse,
  type StateNonFungibleDataRequest,
  type StateNonFungibleDataResponse,
  type StateNonFungibleIdsRequest,
  type StateNonFungibleIdsResponse,
  TransactionApi,
  type TransactionCommittedDetailsRequest,
  type TransactionCommittedDetailsResponse,
  type TransactionConstructionResponse,
  type TransactionPreviewRequest,
  type TransactionPreviewResponse,
  type TransactionStatusResponse,
  type TransactionSubmitResponse,
} from "@radixdlt/babylon-gateway-api-sdk";
import { AppError } from "@weft/runtime";
import { createEndpoints } from "./endpoints.ts";
import { createGuardedFetch, type GuardedFetch } from "./guarded-fetch.ts";
import { createLane, type Lane } from "./lane.ts";
import type { GatewayObserver } from "./observer.ts";
import { type GatewayTiming, systemTiming } from "./timing.ts";
import { createTokenBucket } from "./token-bucket.ts";
import { unexpectedAnswer } from "./unexpected.ts";

/**
 * The Gateway's endpoints that we use, typed by the official SDK.
 * Each resolves with a 2xx answer or throws `GatewayError`; when `signal` aborts, even in a pause, it throws its reason.
 *
 * What much work waits for goes before all else that waits for a place: the head, the state of components and stores,
 * submissions. Pages of CDPs and previews stand behind, each for itself.
 */
export interface GatewayClient {
  construction(signal: AbortSignal): Promise<TransactionConstructionResponse>;
  entityDetails(
    request: StateEntityDetailsRequest,
    signal: AbortSignal,
  ): Promise<AsSent<StateEntityDetailsResponse>>;
  entityFungibles(
    request: StateEntityFungiblesPageRequest,
    signal: AbortSignal,
  ): Promise<StateEntityFungiblesPageResponse>;
  nonFungibleIds(
    request: StateNonFungibleIdsRequest,
    signal: AbortSignal,
  ): Promise<StateNonFungibleIdsResponse>;
  /** With more than one id, what takes the Gateway too long is not tried again: `askForLess`, and ask for half. */
  nonFungibleData(
    request: StateNonFungibleDataRequest,
    signal: AbortSignal,
  ): Promise<AsSent<StateNonFungibleDataResponse>>;
  keyValueStoreKeys(
    request: StateKeyValueStoreKeysRequest,
    signal: AbortSignal,
  ): Promise<AsSent<StateKeyValueStoreKeysResponse>>;
  keyValueStoreData(
    request: StateKeyValueStoreDataRequest,
    signal: AbortSignal,
  ): Promise<AsSent<StateKeyValueStoreDataResponse>>;
  /**
   * When it is `divisible`, what takes the Gateway too long is not tried again: `askForLess`, and ask for half. When it is
   * `urgent`, it goes before all that waits: it ends work that has been begun.
   */
  preview(
    request: TransactionPreviewRequest,
    signal: AbortSignal,
    options?: { readonly divisible?: boolean; readonly urgent?: boolean },
  ): Promise<TransactionPreviewResponse>;
  /** Before all that waits: it ends what an executor was held for. */
  submit(payloadHex: string, signal: AbortSignal): Promise<TransactionSubmitResponse>;
  /** In the finality lane, as is the one below: reads cannot hold them up. */
  status(intentHash: string, signal: AbortSignal): Promise<TransactionStatusResponse>;
  committedDetails(
    request: TransactionCommittedDetailsRequest,
    signal: AbortSignal,
  ): Promise<AsSent<TransactionCommittedDetailsResponse>>;
}

/** An answer before the SDK's mappers: dates are still text, and anything may be missing. */
export type AsSent<T> = T extends Date
  ? string
  : T extends readonly (infer E)[]
    ? readonly AsSent<E>[] | undefined
    : T extends { readonly kind: string }
      ? unknown
      : T extends object
        ? { readonly [K in keyof T]?: AsSent<T[K]> }
        : T;

export interface GatewayClientOptions {
  /** In order of preference; the next one is asked when one fails. */
  readonly baseUrls: readonly string[];
  /** Sent as `RDX-App-Name` and `RDX-App-Version`, so that the operator of the Gateway can tell us apart. */
  readonly applicationName: string;
  readonly applicationVersion: string;
  /** Reads, previews and submissions in flight at once, at the most; fewer while the Gateway has too much to do. */
  readonly maxInFlight: number;
  /** Starts per second over all lanes; a quarter of a second's worth may start at once. */
  readonly requestsPerSecond: number;
  /** One attempt, from sending to the last byte of the answer; milliseconds. */
  readonly timeoutMs: number;
  /** All attempts of a call and the pauses between; milliseconds. @default 30000 */
  readonly budgetMs?: number;
  readonly observe?: GatewayObserver;
  /** In flight at once beside `maxInFlight`. @default { finality: 10 } */
  readonly lanes?: { readonly finality: number };
  /** @default the machine's clock, timers and chance */
  readonly timing?: GatewayTiming;
}

const DEFAULT_BUDGET_MS = 30_000;
const DEFAULT_FINALITY_IN_FLIGHT = 10;

/** A Gateway client that protects the Gateway from us, and us from the Gateway. */
export function createGatewayClient(options: GatewayClientOptions): GatewayClient {
  const { timing = systemTiming, observe = {} } = options;
  const guardedFetch = createGuardedFetch({
    endpoints: createEndpoints(
      options.baseUrls.map((url) => url.replace(/\/+$/, "")),
      observe,
    ),
    bucket: createTokenBucket(options.requestsPerSecond, timing),
    timing,
    observe,
    timeoutMs: options.timeoutMs,
    budgetMs: options.budgetMs ?? DEFAULT_BUDGET_MS,
  });
  const configuration = (lane: Lane) =>
    new Configuration({
      // The base URL is chosen per attempt, below the SDK.
      basePath: "",
      headers: {
        "RDX-App-Name": options.applicationName,
        "RDX-App-Version": options.applicationVersion,
      },
      fetchApi: toFetchApi(guardedFetch, lane),
    });
  const reads = configuration(createLane("reads", options.maxInFlight, observe));
  const finalityInFlight = options.lanes?.finality ?? DEFAULT_FINALITY_IN_FLIGHT;
  const finality = configuration(createLane("finality", finalityInFlight, observe));
  const reading = new TransactionApi(reads);
  return {
    ...stateCalls(new StateApi(reads)),
    construction: (signal) =>
      answered({ signal, atHead: true, urgent: true }, (init) =>
        reading.transactionConstruction(init),
      ),
    preview: (request, signal, options = {}) =>
      answered({ signal, ...options }, (init) =>
        reading.transactionPreview({ transactionPreviewRequest: request }, init),
      ),
    submit: (payloadHex, signal) => {
      const transactionSubmitRequest = { notarized_transaction_hex: payloadHex };
      return answered({ signal, urgent: true }, (init) =>
        reading.transactionSubmit({ transactionSubmitRequest }, init),
      );
    },
    ...finalityCalls(new TransactionApi(finality)),
  };
}

type StateCall =
  | "entityDetails"
  | "entityFungibles"
  | "nonFungibleIds"
  | "nonFungibleData"
  | "keyValueStoreKeys"
  | "keyValueStoreData";

function stateCalls(state: StateApi): Pick<GatewayClient, StateCall> {
  return {
    entityDetails: (request, signal) =>
      unmapped(shared(request, signal), (init) =>
        state.stateEntityDetailsRaw({ stateEntityDetailsRequest: request }, init),
      ),
    entityFungibles: (request, signal) =>
      answered(stateCall(request, signal), (init) =>
        state.entityFungiblesPage({ stateEntityFungiblesPageRequest: request }, init),
      ),
    nonFungibleIds: (request, signal) =>
      answered(stateCall(request, signal), (init) =>
        state.nonFungibleIds({ stateNonFungibleIdsRequest: request }, init),
      ),
    nonFungibleData: (request, signal) => {
      const call = stateCall(request, signal);
      return unmapped({ ...call, divisible: request.non_fungible_ids.length > 1 }, (init) =>
        state.nonFungibleDataRaw({ stateNonFungibleDataRequest: request }, init),
      );
    },
    keyValueStoreKeys: (request, signal) =>
      unmapped(shared(request, signal), (init) =>
        state.keyValueStoreKeysRaw({ stateKeyValueStoreKeysRequest: request }, init),
      ),
    keyValueStoreData: (request, signal) =>
      unmapped(shared(request, signal), (init) =>
        state.keyValueStoreDataRaw({ stateKeyValueStoreDataRequest: request }, init),
      ),
  };
}

function finalityCalls(
  finality: TransactionApi,
): Pick<GatewayClient, "status" | "committedDetails"> {
  return {
    status: (intentHash, signal) => {
      const transactionStatusRequest = { intent_hash: intentHash };
      return answered({ signal, atHead: true }, (init) =>
        finality.transactionStatus({ transactionStatusRequest }, init),
      );
    },
    committedDetails: (request, signal) =>
      unmapped({ signal, atHead: true }, (init) =>
        finality.transactionCommittedDetailsRaw(
          { transactionCommittedDetailsRequest: request },
          init,
        ),
      ),
  };
}

/** What our way of fetching has to know of a call; it travels through the SDK in the request's init. */
interface CallOptions {
  readonly signal: AbortSignal;
  readonly atHead?: boolean;
  readonly divisible?: boolean;
  readonly urgent?: boolean;
}

interface AtLedgerState {
  readonly at_ledger_state?: unknown;
}

function stateCall({ at_ledger_state }: AtLedgerState, signal: AbortSignal): CallOptions {
  return { signal, atHead: at_ledger_state === undefined || at_ledger_state === null };
}

/** State that all work of a process waits for. */
function shared(request: AtLedgerState, signal: AbortSignal): CallOptions {
  return { ...stateCall(request, signal), urgent: true };
}

/** What the SDK asks `fetch` for, by our guarded way. It reads `status` and `json()` of the answer, and nothing else. */
function toFetchApi(guardedFetch: GuardedFetch, lane: Lane): FetchAPI {
  const fetchApi = async (input: unknown, init: RequestInit & CallOptions) => {
    const json = await guardedFetch({
      path: String(input),
      headers: (init.headers ?? {}) as Record<string, string>,
      body: typeof init.body === "string" ? init.body : undefined,
      lane,
      atHead: init.atHead ?? false,
      divisible: init.divisible ?? false,
      urgent: init.urgent ?? false,
      signal: init.signal,
    });
    return { status: 200, json: () => Promise.resolve(json) } as Response;
  };
  return fetchApi as FetchAPI;
}

/**
 * The answer as it came. The SDK's mappers go through SBOR values too, and throw away the whole answer at one they do not
 * know: one strange CDP would take 99 others with it. (They would make dates of a few fields; those stay text here.)
 */
function unmapped<T>(
  call: CallOptions,
  send: (init: RequestInit) => Promise<ApiResponse<T>>,
): Promise<AsSent<T>> {
  return answered(call, async (init) => (await (await send(init)).raw.json()) as AsSent<T>);
}

/** An answer that the SDK's mappers cannot read becomes a `GatewayError` too. */
async function answered<T>(call: CallOptions, send: (init: RequestInit) => Promise<T>): Promise<T> {
  const { signal } = call;
  try {
    return await send(call as RequestInit);
  } catch (cause) {
    if (signal.aborted) throw signal.reason;
    if (cause instanceof AppError) throw cause;
    throw unexpectedAnswer(
      "gateway",
      `not what the API describes (${(cause as Error).message})`,
      cause,
    );
  }
}
