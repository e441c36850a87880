// How long ago something was done, though the clock of a telephone may be set in between: one that was an hour off gets
// its time from the network in the very moment in which it can send again.

const SAME = 30_000; // milliseconds by which two ways to reckon may differ
const LONGEST = 60 * 86_400_000; // milliseconds; what is told later is no check-in any more

/**
 * What a clock shows: `at` by the device, `ahead` how many milliseconds the site's was before it when last heard, and
 * `tick`, which nobody sets, of this `load` of the page.
 */
export const reading = (ahead) => ({
  at: new Date().toISOString(),
  ahead,
  load: performance.timeOrigin,
  tick: performance.now(),
});

/** Milliseconds between two readings. */
export function elapsed(then, now) {
  const byClock = Date.parse(now.at) - Date.parse(then.at);
  const bySite = byClock + now.ahead - (then.ahead ?? now.ahead);
  if (Math.abs(bySite - byClock) < SAME && byClock < LONGEST) return byClock;
  // The clock was set, before or after. Ticks rest while a telephone sleeps: that long ago it was at least.
  const isKnown = then.load === now.load;
  const atLeast = isKnown ? now.tick - then.tick : 0;
  if (isKnown && Math.abs(byClock - atLeast) < SAME) return byClock; // set before
  if (bySite > atLeast - SAME && bySite < LONGEST) return bySite; // set after
  return isKnown ? atLeast : byClock;
}
