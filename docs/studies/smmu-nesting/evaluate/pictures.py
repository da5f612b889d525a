"""Draws the pictures of the study from the databases of its sweeps, as SVG; the same bytes every time.

    pictures.py RESULTS STUDY DOORBELL
"""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "common"))
from drawing import COLOURS, doubling, plt, save, words  # noqa: E402
from sweep import Sweep  # noqa: E402

BYTES = "totals.byte_rate"
LEVEL = "walk_cache_level0.entries"


def bars(axes, sweep, tables, title):
    """DMA by entries of the walk caches, a bar for each regime."""
    settings = sweep.settings(LEVEL)
    for place, (regime, colour) in enumerate((("stage 1", COLOURS[1]), ("stage 2", COLOURS[2]),
                                              ("nested", COLOURS[8]))):
        axes.bar([at + 0.27 * (place - 1) for at in range(len(settings))],
                 [sweep.value(BYTES, tables=tables, regime=regime, **{LEVEL: one}) / 1e9 for one in settings],
                 0.25, color=colour, label=regime)
    bypass = sweep.value(BYTES, tables="cache", regime="bypass", **{LEVEL: settings[-1]}) / 1e9
    axes.axhline(bypass, color="#777777", linestyle=":", linewidth=1, label="bypass")
    axes.set_xticks(range(len(settings)), [str(one) for one in settings])
    words(axes, title, "entries of each walk cache", "GB/s of DMA")


def walks(results, images):
    sweep = Sweep(results, "walk-caches")
    figure, axes = plt.subplots(1, 2, figsize=(9.5, 3.3), sharey=True)
    bars(axes[0], sweep, "cache", "Tables in the last-level cache")
    bars(axes[1], sweep, "memory", "Tables in memory")
    axes[0].set_ylim(0, 75)  # room for the legend above the bars
    axes[0].legend(loc="upper left", ncol=2)
    save(figure, images / "walks.svg")


def sizes(results, images):
    tlbs, widths = Sweep(results, "tlbs"), Sweep(results, "dti-width")
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.3), sharey=True)
    settings = tlbs.settings("tlb.entries")
    for regime, colour in (("stage 1", COLOURS[1]), ("nested", COLOURS[8])):
        for caches, style in (("virt", "-"), ("none", ":")):
            left.plot(settings, [tlbs.value(BYTES, regime=regime, **{"walk caches": caches, "tlb.entries": one}) / 1e9
                                 for one in settings], style, marker="o", markersize=4, color=colour,
                      label=regime + ("" if caches == "virt" else ", no walk caches"))
    doubling(left, settings)
    words(left, "TLBs bring what walk caches have left", "entries of the main TLB", "GB/s of DMA")
    left.set_ylim(bottom=0)
    left.legend(loc="lower right")
    settings = widths.settings("dti_width")
    for count, colour in ((1, COLOURS[8]), (8, COLOURS[1])):
        right.plot(settings, [widths.value(BYTES, TBUs=count, dti_width=one) / 1e9 for one in settings], marker="o",
                   markersize=4, color=colour, label="1 TBU" if count == 1 else f"{count} TBUs")
    right.set_xticks(settings)
    words(right, "A link for each TBU may be narrow", "bytes a cycle of DTI", "")
    right.legend(loc="lower right")
    save(figure, images / "sizes.svg")


def main(results, study, _):
    for draw in (walks, sizes):
        draw(results, Path(study) / "images")


if __name__ == "__main__":
    main(*sys.argv[1:])
