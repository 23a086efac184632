"""The gallery shows every kind, as it is now."""

import itertools
import re
import sys

import cv2
import numpy as np
import pytest
from support import ROOT

from envgen.core.families import OBSTACLES, TERRAINS
from envgen.core.params import specs
from envgen.preview.theme import PAPER

sys.path.append(str(ROOT / "scripts"))

from tools.pictures.gallery import problems
from tools.pictures.gallery_drawing import draw
from tools.pictures.gallery_entries import entries

FOLDER = ROOT / "docs" / "gallery"


ENTRIES = {entry.path: entry for entry in entries()}


def picture(path):
    image = cv2.imread(str(FOLDER / path))
    assert image is not None, f"docs/gallery/{path} is missing: run `python scripts/pictures gallery`"
    return image[..., ::-1].astype(int)


def test_every_kind_has_its_picture_and_the_page_is_current():
    assert list(problems()) == []


def test_what_is_missing_or_left_over_is_noticed(tmp_path):
    (tmp_path / "terrains").mkdir()
    (tmp_path / "terrains" / "stairs.webp").write_bytes(b"")
    (tmp_path / "terrains" / "dragon.webp").write_bytes(b"")
    found = list(problems(tmp_path))
    assert "docs/gallery/terrains/rough.webp is missing" in found
    assert "docs/gallery/terrains/dragon.webp belongs to no kind" in found
    assert "docs/gallery/README.md is out of date" in found
    assert not any("stairs.webp" in line for line in found if "pyramid" not in line and "_stairs" not in line)


def test_page_links_what_there_is():
    text = (FOLDER / "README.md").read_text()
    heads = re.findall(r"^### (.+)$", text, re.MULTILINE)
    assert len(heads) == len(set(heads)) == len(ENTRIES)
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) == set(heads)
    assert set(re.findall(r"\]\(([^#)]+)\)", text)) == set(ENTRIES)


@pytest.mark.parametrize("path", ENTRIES)
def test_picture_is_neither_blank_nor_all_the_same(path):
    image, entry = picture(path), ENTRIES[path]
    wide, high = entry.size
    count = len(entry.panels)
    assert image.shape == (high, wide * count + 8 * (count - 1), 3)
    panels = [image[:, i * (wide + 8) : i * (wide + 8) + wide] for i in range(count)]
    for panel in panels:
        ground = np.abs(panel - PAPER).max(axis=2) > 12
        assert 0.2 < ground.mean() < 0.98
        # a robot is there, in the orange of the first team
        orange = (panel[..., 0] > panel[..., 2] + 70) & (panel[..., 0] > panel[..., 1] + 25)
        assert orange.sum() > 8
    family = {"terrains": TERRAINS, "obstacles": OBSTACLES}.get(entry.family)
    if family and any(spec.easy is not None for spec in specs(family.get(entry.name)).values()):
        for one, other in itertools.pairwise(panels):
            assert (np.abs(one - other).max(axis=2) > 12).mean() > 0.001


def test_pictures_are_light():
    sizes = [(FOLDER / path).stat().st_size for path in ENTRIES]
    assert max(sizes) < 100_000
    assert sum(sizes) < 4_000_000


@pytest.mark.usefixtures("opengl")
@pytest.mark.parametrize("path", ["terrains/craters.webp", "terrains/stairs.webp", "robots/ant.webp"])
def test_picture_is_what_is_drawn_now(path, tmp_path):
    """OpenGLs draw edges differently: what is smoothed is the same."""
    fresh = draw(ENTRIES[path], tmp_path).astype(np.float32)
    kept = picture(path).astype(np.float32)
    fresh, kept = (cv2.GaussianBlur(image, (0, 0), 3) for image in (fresh, kept))
    assert np.abs(fresh - kept).mean() < 2, f"{path} is out of date: run `python scripts/pictures gallery`"
