/** Collapsible section of a dock. */

import type { ComponentChildren } from "preact";

export function Panel(props: { title: string; open?: boolean; children: ComponentChildren; id?: string }) {
  return (
    <details class="panel" open={props.open ?? true} id={props.id}>
      <summary>{props.title}</summary>
      <div class="body">{props.children}</div>
    </details>
  );
}
