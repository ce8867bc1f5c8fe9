import type { FleetState, FleetSwitch } from "@weft/store";
import { type Answer, formatInstant } from "./answer.ts";

/** Pauses all liquidators; a pause that holds already keeps its reason. */
export async function pauseFleet(
  fleet: Pick<FleetSwitch, "pause">,
  request: { readonly reason: string; readonly nowMs: number },
  signal: AbortSignal,
): Promise<Answer> {
  const { reason, nowMs } = request;
  return describe(await fleet.pause({ reason, sinceMs: nowMs }, signal));
}

/** Ends a pause. */
export async function resumeFleet(
  fleet: Pick<FleetSwitch, "resume">,
  signal: AbortSignal,
): Promise<Answer> {
  return describe(await fleet.resume(signal));
}

function describe({ pause, holdUntilEpoch }: FleetState): Answer {
  const held =
    holdUntilEpoch === null
      ? "nobody has said yet until when fire is held"
      : `nothing is signed before epoch ${holdUntilEpoch}`;
  const value = {
    pause: pause && { reason: pause.reason, since: formatInstant(pause.sinceMs) },
    holdUntilEpoch,
  };
  const paused =
    pause === null ? "not paused" : `paused since ${formatInstant(pause.sinceMs)}: ${pause.reason}`;
  return { value, lines: [`${paused}; ${held}`] };
}
