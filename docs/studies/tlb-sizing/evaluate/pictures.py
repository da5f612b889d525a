"""Draws the pictures of the study from the databases of its sweeps, as SVG; the same bytes every time.

    pictures.py RESULTS STUDY DOORBELL
"""
import sys
from pathlib import Path

import sweeps as s  # first: it finds the modules that studies share
from drawing import COLOURS, MARKS, doubling, plt, save, words

MACHINES = (("ideal", "all ideal but the links", "#777777", "o"),
            ("fast-queue", "fast command queue", "#009e73", "s"),
            ("virt", "virt as it is", "#d55e00", "D"))


def drives_title(drives):
    return "1 drive" if drives == 1 else f"{drives} drives"


def plot(axes, sweep, axis, of, style="-", label=True):
    """A line for each number of drives: of(drives, setting) along an axis of powers of two."""
    settings = sweep.settings(axis)
    for drives in s.DRIVES:
        axes.plot(settings, [of(drives, one) for one in settings], style, marker=MARKS[drives], markersize=4,
                  color=COLOURS[drives], label=drives_title(drives) if label else None)
    doubling(axes, settings)


def by_drives(axes, sweep, axis, metric, scale=1.0, style="-", label=True, **where):
    plot(axes, sweep, axis, lambda drives, one: scale * sweep.value(metric, drives=drives, **{axis: one}, **where),
         style, label)


def throughput(axes, sweep):
    for machine, title, colour, mark in MACHINES:
        axes.plot(s.DRIVES, [sweep.value(s.IOPS, drives=drives, machine=machine) / 1e6 for drives in s.DRIVES],
                  marker=mark, color=colour, label=title, markersize=5)
    fast, slow = ([sweep.value(s.IOPS, drives=drives, machine=machine) / 1e6 for drives in s.DRIVES]
                  for machine in ("pair-of-200-ns", "pair-of-324-ns"))
    axes.fill_between(s.DRIVES, slow, fast, color="#d55e00", alpha=0.2, linewidth=0,
                      label="the same, by published pairs of 200 to 324 ns")
    busy = sweep.value(s.QUEUE_BUSY, drives=8, machine="virt")
    bound = sweep.value(s.IOPS, drives=8, machine="virt") / busy / 1e6
    axes.axhline(bound, color="#d55e00", linestyle=":", linewidth=1)
    axes.text(8, slow[-1] - 0.1, f"bound: a TLBI with its SYNC each {1e3 / bound:.0f} ns", color="#a04000", fontsize=8,
              ha="right", va="top")
    axes.set_xticks(s.DRIVES)
    axes.set_ylim(bottom=0)
    axes.legend()


def machines(results, images):
    sweep = s.Sweep(results, "machines")
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.4))
    throughput(left, sweep)
    words(left, "The command queue ends the growth at four drives", "drives", "million commands a second")
    for machine, style, title in (("virt", "-", "virt"), ("fast-queue", ":", "fast command queue")):
        for metric, colour, name in ((s.MSI_P99, "#444444", "p99"), (s.MSI_P50, "#cc79a7", "p50")):
            right.plot(s.DRIVES, [sweep.value(metric, drives=drives, machine=machine) / 1e3 for drives in s.DRIVES],
                       style, marker="o", markersize=4, color=colour, label=f"{name}, {title}")
    words(right, "An MSI waits behind its drive's data", "drives", "MSI, write to acknowledge, ns")
    right.set_xticks(s.DRIVES)
    right.set_ylim(bottom=0)
    right.legend(loc="center right", bbox_to_anchor=(1, 0.48))
    save(figure, images / "machines.svg")


def micro_hits(axes, sweep):
    by_drives(axes, sweep, "micro_tlb.entries", s.MICRO_HITS, scale=100)
    axes.set_ylim(30, 95)


def tlbs(results, images):
    micro, main = s.Sweep(results, "micro-tlb"), s.Sweep(results, "main-tlb")
    figure, axes = plt.subplots(1, 3, figsize=(12, 3.4))
    micro_hits(axes[0], micro)
    words(axes[0], "Micro TLB: 16 entries a drive", "entries of the micro TLB", "hits, %")
    axes[0].legend(loc="lower right")

    def walks(drives, entries):
        where = {"drives": drives, "tlb.entries": entries, "queue": "fast"}
        return main.value(s.WALKS, **where) / main.value(s.MSIS, **where)

    plot(axes[1], main, "tlb.entries", walks)
    axes[1].set_ylim(0, 1.5)
    words(axes[1], "Main TLB: a walk a command stays", "entries of the main TLB", "walks a command")
    by_drives(axes[2], main, "tlb.entries", s.IOPS, scale=1e-6, label=False, queue="fast")
    by_drives(axes[2], main, "tlb.entries", s.IOPS, scale=1e-6, label=False, style=":", queue="virt")
    axes[2].set_ylim(bottom=0)
    words(axes[2], "Lines: fast queue; dots: as it is", "entries of the main TLB", "million commands a second")
    save(figure, images / "tlbs.svg")


def walks(results, images):
    figure, axes = plt.subplots(1, 4, figsize=(12, 3.2), sharey=True)
    for one, name, axis, title, setting in (
            (axes[0], "walkers", "walkers", "Walkers", "walkers"),
            (axes[1], "translation-slots", "tbu.translation_slots", "Slots of the TBU", "translation slots"),
            (axes[2], "walk-caches", "walk_cache_level2.entries", "Walk caches, 4 ways", "entries a level"),
            (axes[3], "configuration-cache", "configuration_cache.entries", "Configuration cache, 4 ways", "entries")):
        by_drives(one, s.Sweep(results, name), axis, s.IN_TBU, scale=1e-3)
        words(one, title, setting, "")
    axes[0].set_ylabel("inside the TBU, mean, ns")
    axes[0].set_ylim(bottom=0)
    axes[0].legend(loc="lower right")
    save(figure, images / "walks.svg")


def its(results, images):
    events, collections, lpis = (s.Sweep(results, name) for name in ("event-cache", "collection-cache", "lpi-cache"))
    figure, axes = plt.subplots(1, 4, figsize=(12, 3.2), sharey=True)
    for one, ways in ((axes[0], 2), (axes[1], 16)):
        by_drives(one, events, "event_cache_entries", s.EVENT_HITS, scale=100, cache_ways=ways)
        words(one, f"ITS event cache, {ways} ways", "entries", "")
    by_drives(axes[2], collections, "collection_cache_entries", s.COLLECTION_HITS, scale=100)
    words(axes[2], "ITS collection cache, 2 ways", "entries", "")
    by_drives(axes[3], lpis, "lpi_cache_entries", s.LPI_HITS, scale=100)
    words(axes[3], "LPI configurations, 2 ways", "entries", "")
    axes[0].set_ylabel("hits, %")
    axes[0].set_ylim(0, 105)
    axes[3].legend(loc="lower right")
    save(figure, images / "its.svg")


def compared(axes, recorded, made, axis, metric, where):
    """Hits of 8 drives with 4 queues each, as recorded, and with a queue a processor."""
    for sweep, title, colour, more in ((recorded, "4 queues a drive", COLOURS[8], {"drives": 8}),
                                       (made, "a queue a processor", COLOURS[1], {})):
        settings = sweep.settings(axis)
        axes.plot(settings, [100 * sweep.value(metric, **{axis: one}, **more, **where) for one in settings],
                  marker="o", markersize=4, color=colour, label=title)
    axes.set_xscale("log", base=2)
    ticks = sorted({*recorded.settings(axis), *made.settings(axis)})
    axes.set_xticks(ticks, [str(one) for one in ticks], rotation=60)
    axes.minorticks_off()


def queues(results, images):
    figure, axes = plt.subplots(1, 4, figsize=(12, 3.4), sharey=True)
    for one, name, axis, metric, title, where in (
            (axes[0], "micro-tlb", "micro_tlb.entries", s.MICRO_HITS, "Micro TLB", {}),
            (axes[1], "event-cache", "event_cache_entries", s.EVENT_HITS, "ITS event cache, 2 ways", {"cache_ways": 2}),
            (axes[2], "event-cache", "event_cache_entries", s.EVENT_HITS, "ITS event cache, 16 ways",
             {"cache_ways": 16}),
            (axes[3], "lpi-cache", "lpi_cache_entries", s.LPI_HITS, "LPI configurations", {})):
        compared(one, s.Sweep(results, name), s.Sweep(results, "queues-" + name), axis, metric, where)
        words(one, title, "entries", "")
    axes[0].set_ylabel("hits, 8 drives, %")
    axes[0].set_ylim(0, 105)
    axes[0].legend(loc="lower right")
    save(figure, images / "queues.svg")


def readme_picture(results, path):
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.3))
    throughput(left, s.Sweep(results, "machines"))
    words(left, "How many drives the SMMU carries", "drives", "million commands a second")
    micro_hits(right, s.Sweep(results, "micro-tlb"))
    words(right, "How many entries the micro TLB needs", "entries of the micro TLB", "hits, %")
    right.legend(loc="lower right")
    save(figure, path)


def main(results, study, _):
    study = Path(study)
    for draw in (machines, tlbs, walks, its, queues):
        draw(results, study / "images")
    readme_picture(results, study.parents[1] / "images/study.svg")


if __name__ == "__main__":
    main(*sys.argv[1:])
