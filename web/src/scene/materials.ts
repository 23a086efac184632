/** Materials of bodies and of their shadows. */

import * as THREE from "three";
import { BODY_FRAGMENT, BODY_VERTEX } from "./shaders/body.ts";
import type { Uniforms } from "./uniforms.ts";

export function bodyMaterial(uniforms: Uniforms, far = false): THREE.RawShaderMaterial {
  return new THREE.RawShaderMaterial({
    glslVersion: THREE.GLSL3,
    vertexShader: BODY_VERTEX,
    fragmentShader: BODY_FRAGMENT,
    uniforms: uniforms as unknown as Record<string, THREE.IUniform>,
    defines: far ? { FAR: 1 } : {},
  });
}

/** Material of meshes with few triangles. */
export function coarseMaterial(uniforms: Uniforms): THREE.RawShaderMaterial {
  const material = bodyMaterial(uniforms, true);
  material.side = THREE.DoubleSide;
  return material;
}

/** Material of terrain boxes: coloured by height like the heightfield, with visible edges. */
export function blockMaterial(uniforms: Uniforms): THREE.RawShaderMaterial {
  const material = bodyMaterial(uniforms);
  material.defines = { BLOCK: 1 };
  return material;
}

/** Material of shadows; the stencil darkens each pixel once, however many geoms cast a shadow on it. */
export function shadowMaterial(uniforms: Uniforms): THREE.RawShaderMaterial {
  return new THREE.RawShaderMaterial({
    glslVersion: THREE.GLSL3,
    vertexShader: BODY_VERTEX,
    fragmentShader: BODY_FRAGMENT,
    uniforms: uniforms as unknown as Record<string, THREE.IUniform>,
    defines: { SHADOW: 1 },
    transparent: true,
    depthWrite: false,
    side: THREE.DoubleSide,
    polygonOffset: true,
    polygonOffsetFactor: -2,
    polygonOffsetUnits: -8,
    stencilWrite: true,
    stencilRef: 1,
    stencilFunc: THREE.NotEqualStencilFunc,
    stencilZPass: THREE.ReplaceStencilOp,
  });
}
