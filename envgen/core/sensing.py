"""Parameters that every robot has: sensors besides those of its joints."""

from __future__ import annotations

from envgen.core.params import Param

SENSORS: dict[str, Param] = {
    "height_scan": Param(
        "", 0, 21, "rangefinders along each side of a square grid that look down, 0 for none", 0, integer=True
    ),
    "scan_size": Param("m", 0.1, 20.0, "side of that grid", 1.6),
    "imu": Param("", 0, 1, "1: acceleration (m/s2, gravity included) is observed too", 0, integer=True),
    "foot_touch": Param("", 0, 1, "1: the force on each foot (N) is observed too", 0, integer=True),
}
"""Parameters by name. The default scan_size is that of Isaac Lab's height scanner: 1.6 m, there at 0.1 m."""
