"""Reads the databases that `doorbell sweep` leaves (docs/sweep.md)."""
import sqlite3
from pathlib import Path


class Sweep:
    """The points of one sweep: a dictionary of coordinates and one of metrics for each."""

    def __init__(self, folder, name):
        database = sqlite3.connect(f"file:{Path(folder) / name / 'sweep.sqlite'}?mode=ro", uri=True)
        self.name = name
        self.folder = Path(folder) / name
        self.defaults = dict(database.execute("SELECT name, default_value FROM parameter_names"))
        self.points = []
        axes = dict(database.execute("SELECT axis, name FROM axes"))
        for point, status, message in database.execute("SELECT point, status, message FROM points ORDER BY point"):
            if status != "done":
                raise SystemExit(f"{name}: point {point} is {status}: {message}")
            coordinates = {axes[axis]: text for axis, text in database.execute(
                "SELECT axis, text FROM coordinates WHERE point = ?", (point,))}
            metrics = dict(database.execute("SELECT name, value FROM metrics WHERE point = ?", (point,)))
            self.points.append((coordinates, metrics))

    def values(self, metric, **where):
        """The metric at all points with these coordinates; an axis may be named by its end."""
        found = []
        for coordinates, metrics in self.points:
            if all(self.coordinate(coordinates, axis) == str(value) for axis, value in where.items()):
                found.append(float(metrics[metric]) if metrics.get(metric) is not None else float("nan"))
        if not found:
            raise SystemExit(f"{self.name}: no point has {where}")
        return found

    def value(self, metric, **where):
        """The mean over repeats."""
        found = self.values(metric, **where)
        return sum(found) / len(found)

    def number(self, **where):
        """The number of the one point with these coordinates, from 1, as `doorbell explain --point` takes it."""
        found = [i for i, (coordinates, _) in enumerate(self.points, 1)
                 if all(self.coordinate(coordinates, axis) == str(value) for axis, value in where.items())]
        if len(found) != 1:
            raise SystemExit(f"{self.name}: {len(found)} points have {where}")
        return found[0]

    def settings(self, axis):
        """The values of an axis in rising order."""
        return sorted({int(self.coordinate(coordinates, axis)) for coordinates, _ in self.points})

    def default(self, axis):
        """What the platform has for the parameter of an axis."""
        return self.coordinate(self.defaults, axis)

    @staticmethod
    def coordinate(coordinates, axis):
        """What stands under the axis: its whole name, or what follows a dot in it."""
        found = [text for name, text in coordinates.items() if name == axis or name.endswith("." + axis)]
        if len(found) != 1:
            raise SystemExit(f"{len(found)} axes are called {axis}")
        return found[0]
