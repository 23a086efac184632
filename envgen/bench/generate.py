"""`envgen bench generate`: rate of making variants, beside the floor of compiling and writing them."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from envgen.bench.base import Result, Row, significant
from envgen.core import cfgio
from envgen.core.cfg import EnvCfg
from envgen.core.rng import Streams
from envgen.packs.make import make
from envgen.prompting.base import interpret
from envgen.validate.base import Subject
from envgen.validate.examine import examine
from envgen.worlds.compiler import compile_text
from envgen.worlds.mjcf.writer import render
from envgen.worlds.placement.arena import place
from envgen.worlds.sampling.draw import Attempt
from envgen.worlds.sampling.sample import sample

PROMPT = "rough terrain for ants"
CROWDED: dict[str, Any] = {
    "name": "crowded",
    "terrain": {"sub_terrains": [{"kind": "rough"}]},
    "robots": [{"model": "ant", "count": 2}],
    "obstacles": [
        {"kind": "box", "count": 10},
        {"kind": "cylinder", "count": 6},
        {"kind": "log", "count": 4},
    ],
    "task": {"kind": "goal"},
}


def generate(count: int = 500, repeats: int = 3, scale: tuple[int, ...] = (100, 500, 2000)) -> Result:
    """Measure generation.

    Args:
        count: Variants of a run.
        repeats: Runs of each kind; the median is reported.
        scale: Counts at which the cost of a variant is compared.
    """
    result = Result(f"generate: {PROMPT!r}")
    plain, crowded = interpret(PROMPT).cfg, cfgio.parse(CROWDED)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        floor, rate, crowd, wall = [], [], [], []
        for turn in range(repeats):  # alternate, so that drift of the machine affects all alike
            rate.append(count / _timed(plain, count, folder / f"plain{turn}"))
            floor.append(_floor(folder / f"plain{turn}", folder / f"floor{turn}"))
            crowd.append((count // 2) / _timed(crowded, count // 2, folder / f"crowd{turn}"))
            wall.append(_command(count, folder / f"wall{turn}"))
        result.rows += [
            Row("made, validated, written", _median(rate), "variants/s", "≥ 250 on 2 processors"),
            Row(
                "floor: compile and write only", _median(floor), "variants/s", note="same models, one process"
            ),
            Row("20 obstacles, 2 robots", _median(crowd), "variants/s", "≥ 120 on 2 processors"),
            Row(f"command, {count} variants", _median(wall), "s", "≤ 3 for 500", "start-up included"),
            Row("envgen --help", _median([_help() for _ in range(5)]), "s", "≤ 0.3"),
        ]
        result.rows += _scaling(plain, scale, folder)
    stages = _stages(plain, 200)
    total = sum(stages.values())
    result.rows += [
        Row(f"  {stage}", significant(1000 * cost), "ms", "", f"{100 * cost / total:.0f} %")
        for stage, cost in sorted(stages.items(), key=lambda item: -item[1])
    ]
    return result


def _median(values: list[float]) -> float:
    return significant(statistics.median(values))


def _timed(cfg: EnvCfg, count: int, folder: Path) -> float:
    start = time.perf_counter()
    make(cfg, count, out=folder)
    return time.perf_counter() - start


def _floor(pack: Path, folder: Path) -> float:
    """Return variants per second of one process that only compiles and writes the same files."""
    worlds = [
        {file.name: file.read_bytes() for file in variant.iterdir()}
        for variant in sorted((pack / "variants").iterdir())
    ]
    start = time.perf_counter()
    for i, files in enumerate(worlds):
        compile_text(files["env.xml"].decode(), {k: v for k, v in files.items() if k != "env.xml"})
        target = folder / f"{i:05d}"
        target.mkdir(parents=True)
        for name, content in files.items():
            (target / name).write_bytes(content)
    return len(worlds) / (time.perf_counter() - start)


def _command(count: int, folder: Path) -> float:
    """Return the wall time (s) of the whole command, start-up included."""
    start = time.perf_counter()
    _run("make", PROMPT, "--count", str(count), "--out", str(folder), "--quiet")
    return time.perf_counter() - start


def _help() -> float:
    start = time.perf_counter()
    _run("--help")
    return time.perf_counter() - start


def _run(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "envgen", *arguments], check=True, stdout=subprocess.DEVNULL)


def _scaling(cfg: EnvCfg, scale: tuple[int, ...], folder: Path) -> list[Row]:
    """Measure the cost of a variant at growing counts, and the memory of the parent process."""
    rows = []
    for count in scale:
        code = (
            "import resource, sys, time; from pathlib import Path; from envgen.core import cfgio;"
            "from envgen.packs.make import make; start = time.perf_counter();"
            f"make(cfgio.load(Path(sys.argv[1])), {count}, out=sys.argv[2]);"
            "print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
        )
        recipe = folder / "plain.json"
        recipe.write_text(cfgio.dumps(cfg, ".json"))
        done = subprocess.run(
            [sys.executable, "-c", code, str(recipe), str(folder / f"scale{count}")],
            check=True,
            capture_output=True,
            text=True,
        )
        took, memory = map(float, done.stdout.split())
        each = significant(1000 * took / count)
        rows.append(Row(f"{count:,} variants", each, "ms each", "linear", f"parent {memory:.0f} MB"))
    return rows


def _stages(cfg: EnvCfg, count: int) -> dict[str, float]:
    """Return the seconds of each stage of a variant, in one process."""
    costs: dict[str, float] = defaultdict(float)
    mark = 0.0

    def lap(stage: str) -> None:
        nonlocal mark
        now = time.perf_counter()
        costs[stage] += (now - mark) / count
        mark = now

    for index in range(-3, count):  # the first three fill caches of the process
        if index <= 0:
            costs.clear()
        mark = time.perf_counter()
        streams = Streams(0, max(index, 0))
        drawn = sample(cfg, streams, Attempt())
        lap("sample")
        arena = place(drawn, streams, Attempt())
        lap("ground and placing")
        rendered = render("bench", [], drawn, arena)
        lap("render MJCF")
        model = compile_text(rendered.text, rendered.files)
        lap("compile")
        sizes = {agent.id: agent.robot.size for agent in drawn.agents}
        subject = Subject(rendered.text.encode(), files=rendered.files, model=model, sizes=sizes, task=None)
        _ = subject.simulation
        lap("simulate 1 s")
        examine(subject)
        lap("other checks")
    return dict(costs)
