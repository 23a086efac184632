/** Line icons, 16 × 16. */

const PATHS = {
  play: "M5 3.2v9.6l7.6-4.8z",
  pause: "M5 3.5v9M11 3.5v9",
  step: "M4 3.5v9l6-4.5zM12 3.5v9",
  reset: "M13 8a5 5 0 1 1-1.6-3.7M13 2.5v2.6h-2.6",
  close: "M4 4l8 8M12 4l-8 8",
  left: "M10 3.5 5.5 8l4.5 4.5",
  right: "M6 3.5 10.5 8 6 12.5",
  clock: "M8 4.5V8l2.4 1.5M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0z",
  undo: "M6 4 3 7l3 3M3 7h6.5a3.5 3.5 0 0 1 0 7H7",
  link: "M6.8 9.2a2.6 2.6 0 0 0 3.7 0l2-2a2.6 2.6 0 0 0-3.7-3.7l-.7.7M9.2 6.8a2.6 2.6 0 0 0-3.7 0l-2 2a2.6 2.6 0 0 0 3.7 3.7l.7-.7",
  save: "M8 2.5v7.2M5 7l3 3 3-3M3 12.8h10",
  record: "M8 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8z",
  help: "M6.2 6.2a1.9 1.9 0 1 1 2.6 1.8c-.5.2-.8.6-.8 1.2v.2M8 11.6v.1M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0z",
  home: "M2.5 2.5h4v4h-4zM9.5 2.5h4v4h-4zM2.5 9.5h4v4h-4zM9.5 9.5h4v4h-4z",
  follow: "M8 2v2.5M8 11.5V14M2 8h2.5M11.5 8H14M8 10.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4z",
  panels: "M2.5 3.5h11v9h-11zM6 3.5v9",
} as const;

export function Icon({ name, filled = false }: { name: keyof typeof PATHS; filled?: boolean }) {
  return (
    <svg class="glyph" viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} fill={filled ? "currentColor" : "none"} />
    </svg>
  );
}
