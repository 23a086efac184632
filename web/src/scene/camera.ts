/** Orbit camera of the wall, eased towards a goal pose. */

import * as THREE from "three";

export interface CameraPose {
  /** Target point on the wall in m. */
  x: number;
  y: number;
  z: number;
  distance: number;
  /** Radians: 0 looks along +y. */
  azimuth: number;
  /** Radians above the horizon. */
  elevation: number;
}

export const FIELD_OF_VIEW = 15;
export const ELEVATION = (56 * Math.PI) / 180;
const LOWEST = 0.12;
const HIGHEST = 1.5;

export class CameraRig {
  readonly camera = new THREE.PerspectiveCamera(FIELD_OF_VIEW, 1, 0.1, 1000);
  now: CameraPose = { x: 0, y: 0, z: 0, distance: 40, azimuth: 0, elevation: ELEVATION };
  goal: CameraPose = { ...this.now };
  /** Largest and smallest distance, and largest distance of the target from the middle. */
  limits = { near: 0.8, far: 1000, x: 100, y: 100 };
  /** Whether easing is on; off where the system asks for less motion. */
  eased = true;
  private easeRate = 12;

  resize(aspect: number): void {
    this.camera.aspect = aspect;
    this.camera.updateProjectionMatrix();
  }

  /** Margins: shares of the view's height above and below, and of its width at each side. */
  margins = { top: 0.02, bottom: 0.08, side: 0.02 };

  /** Return the pose from which a rectangle around the origin fills the view within the margins. */
  frame(width: number, depth: number, elevation: number): CameraPose {
    const tan = Math.tan(((FIELD_OF_VIEW / 2) * Math.PI) / 180);
    const [sin, cos] = [Math.sin(elevation), Math.cos(elevation)];
    const { top, bottom, side } = this.margins;
    // a point (x, y) is seen from distance d at (0, y0): up = (y - y0) sin / (d + (y - y0) cos)
    const up = tan * (1 - 2 * top);
    const down = tan * (1 - 2 * bottom);
    const wide = tan * this.camera.aspect * (1 - 2 * side);
    let low = 0;
    let high = width + depth + 1;
    const fits = (d: number): number | null => {
      // far edge at the top: y0 from (depth / 2 - y0) sin = up (d + (depth / 2 - y0) cos)
      const far = (up * d) / (sin - up * cos);
      const near = (down * d) / (sin + down * cos);
      if (far + near < depth) return null;
      const spare = (far + near - depth) / 2;
      const y0 = depth / 2 - far + spare;
      const closest = d + (-depth / 2 - y0) * cos;
      return closest > 0 && width / 2 <= wide * closest ? y0 : null;
    };
    while (fits(high) === null) high *= 2;
    for (let i = 0; i < 40; i++) {
      const middle = (low + high) / 2;
      if (fits(middle) === null) low = middle;
      else high = middle;
    }
    return { x: 0, y: fits(high) ?? 0, z: 0, distance: high, azimuth: 0, elevation };
  }

  fly(stand: Partial<CameraPose>, pace = 6): void {
    Object.assign(this.goal, stand);
    // rotate the shorter way
    const turn = 2 * Math.PI;
    this.now.azimuth =
      ((((this.now.azimuth - this.goal.azimuth + Math.PI) % turn) + turn) % turn) -
      Math.PI +
      this.goal.azimuth;
    this.easeRate = pace;
    this.clamp();
  }

  jump(stand: Partial<CameraPose>): void {
    this.fly(stand);
    Object.assign(this.now, this.goal);
  }

  /** Pan by a drag between two points of the canvas (−1 to 1). */
  pan(from: THREE.Vector2, to: THREE.Vector2): void {
    const a = this.onPlane(from, this.now.z, this.goal);
    const b = this.onPlane(to, this.now.z, this.goal);
    if (!a || !b) return;
    this.fly({ x: this.goal.x + a.x - b.x, y: this.goal.y + a.y - b.y }, 30);
  }

  /** Zoom and keep the point under the pointer in place. */
  zoom(factor: number, pointer: THREE.Vector2): void {
    const before = this.onPlane(pointer, this.goal.z, this.goal);
    const distance = Math.min(this.limits.far, Math.max(this.limits.near, this.goal.distance * factor));
    const share = 1 - distance / this.goal.distance;
    const next: Partial<CameraPose> = { distance };
    if (before) {
      next.x = this.goal.x + (before.x - this.goal.x) * share;
      next.y = this.goal.y + (before.y - this.goal.y) * share;
    }
    this.fly(next, 14);
  }

  orbit(dx: number, dy: number): void {
    this.fly({ azimuth: this.goal.azimuth - dx * 3, elevation: this.goal.elevation - dy * 2 }, 20);
  }

  /** Advance by one frame. Returns whether the camera moved. */
  advance(seconds: number): boolean {
    const k = this.eased ? 1 - Math.exp(-this.easeRate * Math.min(seconds, 0.1)) : 1;
    let moved = false;
    for (const key of Object.keys(this.now) as (keyof CameraPose)[]) {
      const gap = this.goal[key] - this.now[key];
      const scale = key === "azimuth" || key === "elevation" ? 1 : this.now.distance;
      if (Math.abs(gap) < 1e-5 * scale) {
        if (gap !== 0) moved = true;
        this.now[key] = this.goal[key];
      } else {
        this.now[key] += gap * k;
        moved = true;
      }
    }
    applyPose(this.camera, this.now);
    return moved;
  }

  /** Return the point of the plane z under a point of the canvas (−1 to 1). */
  onPlane(pointer: THREE.Vector2, z: number, stand: CameraPose = this.now): THREE.Vector3 | null {
    const camera = stand === this.now ? this.camera : applyPose(this.camera.clone(), stand);
    const ray = new THREE.Raycaster();
    ray.setFromCamera(pointer, camera);
    return ray.ray.intersectPlane(new THREE.Plane(new THREE.Vector3(0, 0, 1), -z), new THREE.Vector3());
  }

  private clamp(): void {
    const g = this.goal;
    g.distance = Math.min(this.limits.far, Math.max(this.limits.near, g.distance));
    g.elevation = Math.min(HIGHEST, Math.max(LOWEST, g.elevation));
    g.x = Math.min(this.limits.x, Math.max(-this.limits.x, g.x));
    g.y = Math.min(this.limits.y, Math.max(-this.limits.y, g.y));
  }
}

function applyPose(camera: THREE.PerspectiveCamera, s: CameraPose): THREE.PerspectiveCamera {
  const flat = Math.cos(s.elevation) * s.distance;
  camera.up.set(0, 0, 1);
  camera.position.set(
    s.x - Math.sin(s.azimuth) * flat,
    s.y - Math.cos(s.azimuth) * flat,
    s.z + Math.sin(s.elevation) * s.distance,
  );
  camera.lookAt(s.x, s.y, s.z);
  camera.near = Math.max(0.02, s.distance * 0.04);
  camera.far = s.distance * 12 + 50;
  camera.updateProjectionMatrix();
  camera.updateMatrixWorld();
  return camera;
}
