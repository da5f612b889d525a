"""Writes the tables of README.md anew, between their marks, from the databases of the sweeps.

    tables.py RESULTS STUDY DOORBELL
"""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "common"))
import page  # noqa: E402
from page import millions, nanoseconds, percent, table  # noqa: E402

MSIS = "totals.msi_rate"
MSI_P50 = "latency.end_to_end.p50"
MSI_P99 = "latency.end_to_end.p99"
EVENT_HITS = "virt.gic.its.event_cache.hit_rate"
DEVICE_HITS = "virt.gic.its.device_cache.hit_rate"
COLLECTION_HITS = "virt.gic.its.collection_cache.hit_rate"
LPI_HITS = "virt.gic.lpi_cache.configurations.hit_rate"
FUNCTIONS = 8


def events(sweeps):
    sweep = sweeps("events")
    rows = []
    for vectors in sweep.settings("msi.vectors"):
        row = [str(FUNCTIONS * vectors)]
        for its in ("virt", "16 ways", "ideal"):
            where = {"ITS": its, "msi.vectors": vectors}
            row += [millions(sweep.value(MSIS, **where)), sweeps.bound("events", **where)]
        rows.append(row)
    return table(["events", "ITS of `virt`: million MSIs a second", "what `explain` says bounds it",
                  "16 ways", "what bounds it", "ideal ITS", "what bounds it"], rows)


def slots(sweeps):
    sweep = sweeps("slots")
    base = sweep.value(MSIS, ITS="as it is")
    rows = []
    for its, title in (("as it is", "as it is: 1 slot, 5 reads"),
                       ("posted entries", "256 posted entries of the root complex in place of 64"),
                       ("doorbell entries", "64 entries of the doorbell buffer in place of 16"),
                       ("4 slots", "4 translation slots"), ("16 slots", "16 translation slots"),
                       ("16 slots, 64 reads", "16 translation slots, 64 table reads"),
                       ("cache that holds all", "caches that hold all events and collections")):
        rate = sweep.value(MSIS, ITS=its)
        rows.append([title, millions(rate), f"{rate / base:.2f}", sweeps.bound("slots", ITS=its)])
    return table(["512 events, 64 processors", "million MSIs a second", "times as many", "what `explain` says bounds it"],
                 rows)


def event_cache(sweeps):
    sweep = sweeps("event-cache")
    rows = []
    for entries in sweep.settings("event_cache_entries"):
        row = [str(entries)]
        for vectors in sweep.settings("msi.vectors"):
            where = {"event_cache_entries": entries, "msi.vectors": vectors}
            row += [percent(sweep.value(EVENT_HITS, **where)), millions(sweep.value(MSIS, **where))]
        rows.append(row)
    heads = [head for vectors in sweep.settings("msi.vectors")
             for head in (f"{FUNCTIONS * vectors} events: hits", "million MSIs a second")]
    return table(["entries of the event cache", *heads], rows)


def by_two(sweeps, name, axis, other, metric, title, head):
    """Hits and rate by the entries of a cache, a pair of columns for each setting of another axis."""
    sweep = sweeps(name)
    rows = []
    for entries in sweep.settings(axis):
        row = [str(entries)]
        for one in sweep.settings(other):
            where = {axis: entries, other: one}
            row += [percent(sweep.value(metric, **where)), millions(sweep.value(MSIS, **where))]
        rows.append(row)
    heads = [part for one in sweep.settings(other) for part in (f"{one} {head}: hits", "million MSIs a second")]
    return table([title, *heads], rows)


def device_cache(sweeps):
    return by_two(sweeps, "device-cache", "device_cache_entries", "functions", DEVICE_HITS,
                  "entries of the device cache", "functions")


def collection_cache(sweeps):
    return by_two(sweeps, "collection-cache", "collection_cache_entries", "processors", COLLECTION_HITS,
                  "entries of the collection cache", "processors")


def lpi_cache(sweeps):
    sweep = sweeps("lpi-cache")
    rows = []
    for entries in sweep.settings("lpi_cache_entries"):
        where = {"lpi_cache_entries": entries}
        rows.append([str(entries), percent(sweep.value(LPI_HITS, **where)), millions(sweep.value(MSIS, **where)),
                     nanoseconds(sweep.value(MSI_P50, **where)), sweeps.bound("lpi-cache", **where)])
    return table(["entries of the LPI cache, 128 LPIs", "hits", "million MSIs a second", "MSI p50", "what bounds it"],
                 rows)


def several(sweeps):
    sweep = sweeps("several-its")
    rows = []
    for count in sweep.settings("ITSs"):
        row = [str(count)]
        for vectors in sweep.settings("msi.vectors"):
            where = {"ITSs": count, "msi.vectors": vectors}
            row += [millions(sweep.value(MSIS, **where)), sweeps.bound("several-its", **where)]
        rows.append(row)
    heads = [head for vectors in sweep.settings("msi.vectors")
             for head in (f"{FUNCTIONS * vectors} events: million MSIs a second", "what bounds it")]
    return table(["ITSs", *heads], rows)


def credits(sweeps):
    sweep = sweeps("lpi-credits")
    rows = []
    for count in sweep.settings("lpi_credits"):
        row = [str(count)]
        for place in ("near", "far"):
            where = {"lpi_credits": count, "redistributors": place}
            row += [millions(sweep.value(MSIS, **where)), nanoseconds(sweep.value(MSI_P50, **where)),
                    sweeps.bound("lpi-credits", **where)]
        rows.append(row)
    return table(["credits", "near: million MSIs a second", "MSI p50", "what bounds it",
                  "far: million MSIs a second", "MSI p50", "what bounds it"], rows)


TABLES = {"events": events, "slots": slots, "event-cache": event_cache, "device-cache": device_cache,
          "collection-cache": collection_cache, "lpi-cache": lpi_cache, "several": several, "credits": credits}


def main(results, study, doorbell):
    sweeps = page.Sweeps(results, doorbell)
    made = {name: make(sweeps) for name, make in TABLES.items()}
    page.write(Path(study) / "README.md", {**made, "plans": page.plans(study, sweeps)})


if __name__ == "__main__":
    main(*sys.argv[1:])
