/** Small chart of the last control steps; uPlot is created once and updated. */

import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";

interface Props {
  readonly x: readonly number[];
  readonly series: readonly (readonly number[])[];
  readonly names: readonly string[];
}

const COLOURS = ["--curve-1", "--curve-2", "--curve-3", "--curve-4"];

export function Curve({ x, series, names }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const count = Math.max(1, series.length);

  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const style = getComputedStyle(element);
    const colour = (name: string) => style.getPropertyValue(name).trim();
    const options: uPlot.Options = {
      width: element.clientWidth || 280,
      height: 78,
      padding: [6, 0, 2, 0],
      cursor: { show: false },
      legend: { show: false },
      scales: { x: { time: false } },
      axes: [
        { show: false },
        {
          size: 38,
          font: "10px Inter Variable, sans-serif",
          stroke: colour("--faint"),
          grid: { stroke: colour("--line"), width: 1 },
          ticks: { show: false },
          space: 24,
        },
      ],
      series: [
        {},
        ...Array.from({ length: count }, (_, i) => ({
          label: names[i] ?? "",
          stroke: colour(COLOURS[i % COLOURS.length] as string),
          width: i === 0 ? 1.6 : 1,
          alpha: i < COLOURS.length ? 1 : 0.45,
          points: { show: false },
        })),
      ],
    };
    plot.current = new uPlot(options, [[], ...Array.from({ length: count }, () => [])], element);
    const resizing = new ResizeObserver(() =>
      plot.current?.setSize({ width: element.clientWidth, height: 78 }),
    );
    resizing.observe(element);
    return () => {
      resizing.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [count]);

  useEffect(() => {
    const n = x.length;
    const rows = Array.from({ length: count }, (_, i) => {
      const s = series[i] ?? [];
      return s.length === n ? [...s] : Array<number>(n).fill(0);
    });
    plot.current?.setData([[...x], ...rows]);
  }, [x, series, count]);

  return <div class="curve" ref={host} title={names.join(", ")} />;
}
