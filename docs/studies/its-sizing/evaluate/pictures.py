"""Draws the pictures of the study from the databases of its sweeps, as SVG; the same bytes every time.

    pictures.py RESULTS STUDY DOORBELL
"""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "common"))
from drawing import COLOURS, doubling, plt, save, words  # noqa: E402
from sweep import Sweep  # noqa: E402

MSIS = "totals.msi_rate"
FUNCTIONS = 8


def line(axes, places, rates, title, colour):
    axes.plot(places, [rate / 1e6 for rate in rates], marker="o", markersize=4, color=colour, label=title)


def rates(results, images):
    events, several = Sweep(results, "events"), Sweep(results, "several-its")
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.4))
    settings = events.settings("msi.vectors")
    for its, title, colour in (("ideal", "ideal ITS", "#777777"), ("16 ways", "caches of 16 ways", COLOURS[2]),
                               ("virt", "virt: 2 ways", COLOURS[8])):
        line(left, [FUNCTIONS * one for one in settings],
             [events.value(MSIS, ITS=its, **{"msi.vectors": one}) for one in settings], title, colour)
    doubling(left, [FUNCTIONS * one for one in settings])
    words(left, "An ITS is as fast as its caches hit", "events", "million MSIs a second")
    left.legend(loc="center right")
    counts = several.settings("ITSs")
    for vectors, colour in zip(several.settings("msi.vectors"), (COLOURS[1], COLOURS[8])):
        line(right, counts, [several.value(MSIS, ITSs=one, **{"msi.vectors": vectors}) for one in counts],
             f"{FUNCTIONS * vectors} events", colour)
    doubling(right, counts)
    words(right, "More ITSs, 64 processors", "ITSs", "")
    right.legend(loc="upper left")
    for axes in (left, right):
        axes.set_ylim(bottom=0)
    save(figure, images / "rates.svg")


def main(results, study, _):
    rates(results, Path(study) / "images")


if __name__ == "__main__":
    main(*sys.argv[1:])
