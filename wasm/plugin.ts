/**
 * MuJoCo's glue code, changed as it is bundled.
 *
 * Embind makes its call wrappers with `new Function`, which a content-security policy without `unsafe-eval` refuses;
 * here they are closures. And Emscripten grows the memory by a fifth at a time, of which half is wasted on average; here by a MiB.
 * A version of the glue in which these places look otherwise fails the build.
 */

import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

const MODULE = "@mujoco/mujoco/mujoco.wasm";

const CHANGES: readonly [string, string][] = [
  [
    "let [args, invokerFnBody] = createJsInvoker(argTypes, isClassMethodFunc, returns, isAsync);\n" +
      "      var invokerFn = new Function(...args, invokerFnBody)(...closureArgs);",
    `var invokerFn = closureInvoker({
        humanName, cppInvokerFunc, cppTargetFunc, argTypes, isClassMethodFunc, needsDestructorStack, returns,
        check: (given) => checkArgCount(given, minArgs, expectedArgCount, humanName, throwBindingError),
        runDestructors,
      });`,
  ],
  [
    "var invokerFunction = new Function(...params, functionBody)(...args);",
    "var invokerFunction = closureCaller(kind, types, retType, emval_returnValue);",
  ],
  ["oldSize * (1 + 0.2 / cutDown)", "requestedSize + 2 ** 20 / cutDown"],
  // the pool gives the compiled module; as an address, the bundler would add the file once more
  [
    "return new URL('mujoco.wasm', import.meta.url).href;",
    'throw new Error("the module is given by the pool");',
  ],
];

const HELPERS = `
function closureInvoker(at) {
  const { cppInvokerFunc: invoker, cppTargetFunc: fn, argTypes, check } = at;
  const [result, self, ...types] = argTypes;
  const plain = !at.needsDestructorStack && argTypes.slice(1).every((type) => !type?.destructorFunction);
  if (plain && !at.isClassMethodFunc && !at.returns && types.length === 2) {
    const [a, b] = types;
    return function (x, y) {
      check(arguments.length);
      invoker(fn, a.toWireType(null, x), b.toWireType(null, y));
    };
  }
  return function (...given) {
    check(given.length);
    const destructors = at.needsDestructorStack ? [] : null;
    const wired = [fn];
    if (at.isClassMethodFunc) wired.push(self.toWireType(destructors, this));
    types.forEach((type, i) => wired.push(type.toWireType(destructors, given[i])));
    const value = invoker(...wired);
    if (destructors) at.runDestructors(destructors);
    else {
      const first = wired.length - types.length;
      if (at.isClassMethodFunc) self.destructorFunction?.(wired[1]);
      types.forEach((type, i) => type.destructorFunction?.(wired[first + i]));
    }
    return at.returns ? result.fromWireType(value) : undefined;
  };
}
function closureCaller(kind, types, result, finish) {
  return function (obj, func, destructorsRef, args) {
    const given = kind === 0 ? [obj] : [];
    let offset = 0;
    for (const type of types) {
      given.push(type.readValueFromPointer(args + offset));
      offset += type.argPackAdvance;
    }
    const value = kind === 1 ? new func(...given) : func.call(...given);
    return result.isVoid ? undefined : finish(result, destructorsRef, value);
  };
}
`;

/** The module that `optimise.mjs` made from the one that is installed, if it did. */
export function optimised(): string | null {
  const at = (name: string) => fileURLToPath(new URL(`optimised/${name}`, import.meta.url));
  if (!existsSync(at("source.sha256"))) return null;
  const source = readFileSync(createRequire(import.meta.url).resolve(MODULE));
  const same =
    createHash("sha256").update(source).digest("hex") === readFileSync(at("source.sha256"), "utf8").trim();
  return same ? at("mujoco.wasm") : null;
}

/** For `plugins` and `worker.plugins` of a Vite config. */
export function mujocoGlue(): Plugin {
  return {
    name: "envgen:mujoco-glue",
    enforce: "pre",
    resolveId(id) {
      const [path, query] = id.split("?");
      const made = path === MODULE ? optimised() : null;
      return made ? `${made}${query === undefined ? "" : `?${query}`}` : null;
    },
    transform(code, id) {
      if (!/@mujoco\/mujoco\/mujoco\.js(\?|$)/.test(id)) return null;
      let changed = code;
      for (const [from, to] of CHANGES) {
        if (!changed.includes(from))
          this.error(`MuJoCo's glue has no ${JSON.stringify(from)}: see wasm/plugin.ts`);
        changed = changed.replace(from, () => to);
      }
      return { code: changed + HELPERS, map: null };
    },
  };
}
