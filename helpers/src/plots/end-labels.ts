import type { ChartJson } from "./axes.js";
import type { MarkGroup } from "./build.js";
import type { Layer, Row } from "./chart.js";
import { chartTextWidth } from "./font-widths.js";
import type { FrameColumn } from "./frame.js";
import { shorten } from "../tables/text.js";
import { clean } from "./ticks.js";

const SPACING = 14;
const FARTHEST = 22;

interface Request {
  readonly groups: readonly MarkGroup[];
  readonly names: readonly string[];
  readonly x: FrameColumn;
  readonly y: FrameColumn;
  readonly color: FrameColumn;
  readonly encoding: ChartJson;
  readonly height: number;
}

/**
 * The names of the lines written at their right ends, which saves the reader the way to a legend and back. Undefined,
 * and then a legend is drawn, where that would not be clear: one series or more than eight, lines that do not all end
 * at the right, ends so close that a name would stand far from its line, long names.
 */
export function endLabels({ groups, names, x, y, color, encoding, height }: Request): Layer | undefined {
  if (names.length < 2 || names.length > 8 || x.type === "text") return undefined;
  const domain = (encoding["y"] as { scale?: { domain?: [number, number] } }).scale?.domain;
  if (domain === undefined || names.some((n) => chartTextWidth(n, 11) > 150)) return undefined;
  const ends = groups.map((group) => {
    const row = group.rows.findLast((r) => !Number.isNaN(y.numbers[r]) && !Number.isNaN(x.numbers[r]));
    return row === undefined ? undefined : { name: group.series, x: x.numbers[row]!, y: y.numbers[row]! };
  });
  const last = Math.max(...ends.map((e) => e?.x ?? -Infinity));
  const first = Math.min(...x.numbers.filter((v) => !Number.isNaN(v)));
  if (ends.some((e) => e === undefined || last - e.x > 0.02 * (last - first))) return undefined;
  const log = (encoding["y"] as { scale: { type?: string } }).scale.type === "log";
  const along = log ? Math.log10 : (v: number): number => v;
  const bottom = along(domain[0]);
  const perPixel = (along(domain[1]) - bottom) / height;
  const places = spread(
    ends.map((e) => (along(e!.y) - bottom) / perPixel),
    height,
  );
  if (places.some((p, i) => Math.abs(p - (along(ends[i]!.y) - bottom) / perPixel) > FARTHEST)) return undefined;
  const data: Row[] = ends.map((e, i) => ({
    [x.key]: last,
    [y.key]: clean(log ? 10 ** (bottom + places[i]! * perPixel) : bottom + places[i]! * perPixel),
    [color.key]: color.type === "number" ? Number(e!.name) : e!.name,
    label: shorten(e!.name, 40),
  }));
  const position = (channel: "x" | "y"): ChartJson => encoding[channel] as ChartJson;
  const scale = (encoding["color"] as { scale: ChartJson }).scale;
  return {
    data,
    mark: { type: "text", align: "left", baseline: "middle", dx: 6, fontSize: 11, fontWeight: 600 },
    encoding: {
      x: position("x"),
      y: position("y"),
      text: { field: "label", type: "nominal" },
      color: {
        field: color.key,
        type: "nominal",
        scale,
        title: (encoding["color"] as ChartJson)["title"],
        legend: null,
      },
    },
  };
}

/** Places at least SPACING apart and inside the plot, as near to the wanted ones as a sweep up and a sweep down find. */
function spread(wanted: readonly number[], height: number): number[] {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a]! - wanted[b]!);
  const places = [...wanted];
  for (let round = 0; round < 50; round++) {
    let moved = false;
    for (let k = 1; k < order.length; k++) {
      const below = order[k - 1]!;
      const above = order[k]!;
      const overlap = SPACING - (places[above]! - places[below]!);
      if (overlap <= 0.01) continue;
      places[below] = places[below]! - overlap / 2;
      places[above] = places[above]! + overlap / 2;
      moved = true;
    }
    if (!moved) break;
  }
  return places.map((p) => Math.min(Math.max(p, -4), height + 4));
}
