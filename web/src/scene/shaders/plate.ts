/** Plate under each tile; its rim shows the tile's state. */

import { HEAD, TILE } from "./common.ts";

export const PLATE_VERTEX = /* glsl */ `${HEAD}
uniform mat4 projectionMatrix;
uniform mat4 viewMatrix;
uniform vec2 plate;
${TILE}
in vec2 vertex;
in float iTile;
out vec2 vPlace;
flat out vec3 vState;
flat out vec4 vRange;
void main() {
  vec4 tile = tileTexel(iTile, 0);
  vState = tileTexel(iTile, 2).rgb;
  vRange = tileTexel(iTile, 3);
  vPlace = vertex * plate;
  gl_Position = projectionMatrix * viewMatrix * vec4(tile.xy + vPlace, -0.004 * plate.x, 1.0);
}
`;

/** `vRange.w`: 0 waits for its world, 1 has its world, 2 is under the pointer, 3 is selected. */
export const PLATE_FRAGMENT = /* glsl */ `${HEAD}
uniform vec2 plate;
uniform vec3 emptyColour;
uniform vec3 accent;
in vec2 vPlace;
flat in vec3 vState;
flat in vec4 vRange;
out vec4 colour;
void main() {
  vec2 inner = plate - abs(vPlace);
  float edge = min(inner.x, inner.y);
  float w = fwidth(edge);
  float rim = 0.02 * min(plate.x, plate.y) * 2.0;
  if (vRange.w < 0.5) {
    float line = 1.0 - smoothstep(w, 2.0 * w, edge);
    colour = vec4(emptyColour * (0.7 + 0.6 * line), 1.0);
    return;
  }
  vec3 c = pow(max(vState, 0.0), vec3(1.0 / 2.2));
  float inside = smoothstep(rim - w, rim, edge);
  c = mix(c, c * 0.35, inside * 0.6);
  if (vRange.w > 1.5) c = mix(accent, c, smoothstep(1.6 * w, 2.6 * w, edge));
  colour = vec4(c, 1.0);
}
`;
