/** Robots and obstacles: instanced primitives and meshes, posed by the pose texture. */

import { HEAD, HEIGHT_COLOUR, LIGHT, POSE_WIDTH, ROTATE, TILE } from "./common.ts";

/**
 * `SHADOW` flattens onto the ground along the light; `FAR` omits details that are not visible from afar; `BLOCK`
 * is a terrain box. Instance attributes: position and body, rotation, size and half length of a capsule, colour
 * and tile. Body is `body + 4096 * root`, with root 0 for bodies of no agent.
 */
export const BODY_VERTEX = /* glsl */ `${HEAD}
uniform mat4 projectionMatrix;
uniform mat4 viewMatrix;
uniform sampler2D poses;
uniform float enlarge;
uniform float stand;
uniform vec3 sun;
${TILE}${ROTATE}
in vec4 vertex;
in vec3 normal;
in vec4 iPlace;
in vec4 iTurn;
in vec4 iSize;
in vec4 iColour;
out vec3 vNormal;
out vec3 vColour;
#ifndef FAR
out vec3 vPoint;
#endif
#ifdef BLOCK
flat out vec4 vState;
out vec3 vInside;
flat out vec3 vHalf;
flat out vec4 vRange;
out float vHeight;
#endif

vec4 poseTexel(int row, int k) {
  int at = row * 2 + k;
  return texelFetch(poses, ivec2(at % ${POSE_WIDTH}, at / ${POSE_WIDTH}), 0);
}

void main() {
  vec4 tile = tileTexel(iColour.w, 0);
  vec4 place = tileTexel(iColour.w, 1);
  float root = floor(iPlace.w / 4096.0);
  int first = int(tile.w);
  int row = first + int(iPlace.w - 4096.0 * root);
  vec3 bodyPlace = poseTexel(row, 0).xyz;
  vec4 bodyTurn = normalize(poseTexel(row, 1));
  vec3 local = vertex.xyz * iSize.xyz + vec3(0.0, 0.0, vertex.w * iSize.w);
  vec3 p = bodyPlace + turn(bodyTurn, iPlace.xyz + turn(iTurn, local));
  vec3 n = turn(bodyTurn, turn(iTurn, normalize(normal / iSize.xyz)));
  if (root > 0.0 && enlarge > 1.0) {
    // enlarged around its root, and lifted so that it still stands on the ground
    vec3 at = poseTexel(first + int(root), 0).xyz;
    p = at + (p - at) * enlarge + vec3(0.0, 0.0, (enlarge - 1.0) * stand);
  }
#ifdef SHADOW
  float ground = groundAt(place, p.xy).r;
  vec2 fallen = p.xy - sun.xy / sun.z * (p.z - ground);
  ground = groundAt(place, fallen).r;
  fallen = p.xy - sun.xy / sun.z * (p.z - ground);
  fallen = clamp(fallen, -place.zw, place.zw);
  p = vec3(fallen, groundAt(place, fallen).r + 0.045);
#endif
  vec3 world = vec3(tile.xy + p.xy * tile.z, (p.z + place.x) * tile.z);
  vNormal = n;
  vColour = iColour.rgb;
#ifndef FAR
  vPoint = world;
#endif
#ifdef BLOCK
  vState = tileTexel(iColour.w, 2);
  vInside = vertex.xyz * iSize.xyz;
  vHalf = iSize.xyz;
  vRange = tileTexel(iColour.w, 3);
  vHeight = p.z;
#endif
  gl_Position = projectionMatrix * viewMatrix * vec4(world, 1.0);
}
`;

export const BODY_FRAGMENT = /* glsl */ `${HEAD}
uniform vec3 eye;
${LIGHT}${HEIGHT_COLOUR}
in vec3 vNormal;
in vec3 vColour;
#ifndef FAR
in vec3 vPoint;
#endif
#ifdef BLOCK
flat in vec4 vState;
in vec3 vInside;
flat in vec3 vHalf;
flat in vec4 vRange;
in float vHeight;
#endif
out vec4 colour;

void main() {
#ifdef SHADOW
  colour = vec4(0.0, 0.0, 0.02, 0.38);
#else
  vec3 n = normalize(vNormal);
#ifdef BLOCK
  vec3 c0 = heightColour(vHeight, vRange.xy);
  vec3 d = vHalf - abs(vInside); // two of three are the distances to the edges of this face
  float nearest = max(min(d.x, d.y), min(max(d.x, d.y), d.z));
  float w = fwidth(nearest) + 1e-5;
  float thick = min(0.02, 0.2 * min(vHalf.x, vHalf.y));
  float edge = (1.0 - smoothstep(thick, thick + w, nearest)) * min(1.0, thick / w);
  c0 = mix(c0, c0 * ink, 0.55 * edge);
  c0 = mix(c0, vState.rgb, vState.a);
  colour = vec4(toScreen(lit(c0, n, n.z > 0.5 ? 1.0 : 0.75)), 1.0);
  return;
#endif
  vec3 c = lit(vColour, n, 1.0);
#ifndef FAR
  vec3 towards = normalize(eye - vPoint);
  float gloss = pow(max(dot(reflect(-sun, n), towards), 0.0), 24.0);
  float rim = pow(1.0 - max(dot(n, towards), 0.0), 3.0);
  c += sunColour * gloss * 0.10 + skyColour * rim * 0.16;
#endif
  colour = vec4(toScreen(c), 1.0);
#endif
}
`;
