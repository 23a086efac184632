/**
 * Manual driving.
 *
 * A command is a raw action, or forward and turn in [-1, 1]. The latter plays the robot's gait on each side at the
 * speed of that side, backwards for negative speeds, so that legs turn as tracks do. Where a gait has
 * no waves (wheels), its offsets are scaled instead; without a gait the speed itself is the action.
 */

import type { Gait } from "../../protocol/wire.gen";
import { immediate, type Policy, type PolicyInput } from "./base";
import { wave } from "./gait";

export function keyboard(): Policy {
  const phases = new WeakMap<PolicyInput, number>();
  return immediate("keyboard", (agent) => {
    const { action, drive } = agent;
    if (drive && "action" in drive) {
      for (let j = 0; j < action.length; j++) action[j] = drive.action[j] ?? 0;
      return;
    }
    const [forward, turn, up] = drive ? [drive.forward, drive.turn, drive.up ?? 0] : [0, 0, 0];
    const moving = Math.min(Math.max(Math.abs(forward), Math.abs(turn)), 1);
    const phase = (agent.step ? (phases.get(agent) ?? 0) : 0) + (moving ? agent.interval : 0);
    phases.set(agent, phase);
    for (let j = 0; j < action.length; j++) {
      const speed = cut(forward - turn * (agent.sides[j] ?? 0));
      action[j] = one(agent.spec.gait, j, phase, speed) + up;
    }
  });
}

function one(gait: Gait | null, j: number, phase: number, speed: number): number {
  if (!gait) return speed;
  if (!gait.cos.some((row) => row.some(Boolean)) && !gait.sin.some((row) => row.some(Boolean))) {
    return (gait.offset[j] ?? 0) * speed;
  }
  return wave(gait, j, phase, Math.abs(speed), speed < 0 ? -1 : 1);
}

const cut = (x: number): number => Math.min(Math.max(x, -1), 1);
