"""What a prompt does not wait for: each of these is a good part of the second that the command may take."""

from __future__ import annotations

import subprocess
import sys

CODE = """
import sys
from envgen.prompting.base import interpret
interpret("rough terrain for ants", "offline")
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def test_no_heavy_library_is_loaded_for_a_prompt() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    heavy = {"cv2", "jinja2", "mujoco", "onnxruntime", "openai", "rapidfuzz", "scipy", "fastapi", "gymnasium"}
    assert heavy.isdisjoint(done.stdout.split())
