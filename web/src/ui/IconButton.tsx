/** Button with an icon; its name is its label for screen readers and, with its key, its tooltip. */

import { Icon } from "./Icon.tsx";

interface Props {
  readonly icon: Parameters<typeof Icon>[0]["name"];
  readonly name: string;
  /** Key with the same effect. */
  readonly hint?: string;
  readonly quiet?: boolean;
  readonly filled?: boolean;
  readonly disabled?: boolean;
  readonly pressed?: boolean;
  readonly onClick: () => void;
}

export function IconButton({ icon, name, hint, quiet, filled, disabled, pressed, onClick }: Props) {
  return (
    <button
      type="button"
      class={quiet ? "button quiet icon" : "button icon"}
      aria-label={name}
      aria-pressed={pressed}
      title={hint ? `${name} (${hint})` : name}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon name={icon} filled={filled ?? false} />
    </button>
  );
}
