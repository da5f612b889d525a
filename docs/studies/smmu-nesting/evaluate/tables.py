"""Writes the tables of README.md anew, between their marks, from the databases of the sweeps.

    tables.py RESULTS STUDY DOORBELL
"""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "common"))
import page  # noqa: E402
from page import millions, nanoseconds, percent, table  # noqa: E402

MSIS = "totals.msi_rate"
BYTES = "totals.byte_rate"
MSI_P50 = "latency.end_to_end.p50"
MSI_P99 = "latency.end_to_end.p99"
IN_TBU = "virt.smmu.tbu.transactions_inside.mean"
WALK = "virt.smmu.tcu.walkers.mean_service"
QUEUE_BUSY = "virt.smmu.tcu.command_processor.utilisation"
MAIN_HITS = "virt.smmu.tbu.main_tlb.hit_rate"
MICRO_HITS = "virt.smmu.tbu.micro_tlb.hit_rate"
REGIMES = ("bypass", "stage 1", "stage 2", "nested")
LEVEL = "walk_cache_level0.entries"  # all levels have as many


def gigabytes(rate):
    return f"{rate / 1e9:.1f}"


def regimes(sweeps):
    sweep = sweeps("regimes")
    rows = []
    for regime in REGIMES:
        row = [regime]
        for drives, queue in ((1, "virt"), (8, "virt"), (8, "fast")):
            where = {"drives": drives, "queue": queue, "regime": regime}
            walk = sweep.value(WALK, **where)
            row += [millions(sweep.value(MSIS, **where), 2), nanoseconds(sweep.value(MSI_P50, **where)),
                    nanoseconds(walk) if walk > 0 else "-"]
        rows.append(row)
    heads = [f"{name}: {what}" for name in ("1 drive", "8 drives", "8 drives, fast queue")
             for what in ("million commands a second", "MSI p50", "a walk")]
    return table(["regime", *heads], rows)


def walk_caches(sweeps):
    sweep = sweeps("walk-caches")
    rows = []
    for tables, name in (("cache", "in the last-level cache"), ("memory", "in memory")):
        for entries in reversed(sweep.settings(LEVEL)):
            row = [name, str(entries)]
            for regime in REGIMES[1:]:
                where = {"tables": tables, LEVEL: entries, "regime": regime}
                row += [gigabytes(sweep.value(BYTES, **where)), nanoseconds(sweep.value(WALK, **where))]
            rows.append(row)
    heads = [f"{regime}: {what}" for regime in REGIMES[1:] for what in ("GB/s", "a walk")]
    return table(["tables", "entries of each walk cache", *heads], rows)


def bypass(sweeps):
    sweep = sweeps("walk-caches")
    where = {"tables": "cache", LEVEL: 256, "regime": "bypass"}
    return table(["bypass", "GB/s", "million MSIs a second", "what bounds it"],
                 [["no stage", gigabytes(sweep.value(BYTES, **where)), millions(sweep.value(MSIS, **where)),
                   sweeps.bound("walk-caches", **where)]])


def tlbs(sweeps):
    sweep = sweeps("tlbs")
    rows = []
    for entries in sweep.settings("tlb.entries"):
        row = [str(entries)]
        hits = sweep.value(MAIN_HITS, **{"tlb.entries": entries, "regime": "nested", "walk caches": "virt"})
        row.append(percent(hits))
        for caches in ("virt", "none"):
            for regime in ("stage 1", "nested"):
                where = {"tlb.entries": entries, "regime": regime, "walk caches": caches}
                row.append(gigabytes(sweep.value(BYTES, **where)))
        rows.append(row)
    return table(["entries of the main TLB", "its hits, nested", "GB/s: stage 1", "nested",
                  "no walk caches: stage 1", "nested"], rows)


def relief(sweeps):
    sweep = sweeps("relief")
    base = sweep.value(BYTES, machine="as it is")
    rows = []
    for machine, title in (("as it is", "as it is"), ("posted entries", "256 posted entries in place of 64"),
                           ("slots", "64 translation slots in place of 16"),
                           ("walkers", "64 walkers in place of 16"),
                           ("slots and walkers", "both, slots and walkers")):
        rate = sweep.value(BYTES, machine=machine)
        rows.append([title, gigabytes(rate), f"{100 * (rate / base - 1):+.0f} %",
                     sweeps.bound("relief", machine=machine)])
    return table(["nested, no walk caches", "GB/s", "gain", "what `explain` says bounds it"], rows)


def tbus(sweeps):
    sweep = sweeps("tbus")
    rows = []
    for count, title in (("1", "1"), ("2", "2, each as large"), ("8", "8, each as large"),
                         ("8, an eighth each", "8, each an eighth")):
        row = [title]
        for regime in ("stage 1", "nested", "nested, no walk caches"):
            where = {"TBUs": count, "regime": regime}
            row += [gigabytes(sweep.value(BYTES, **where)), sweeps.bound("tbus", **where)]
        rows.append(row)
    heads = [head for regime in ("stage 1", "nested", "nested, no walk caches")
             for head in (f"{regime}: GB/s", "what bounds it")]
    return table(["TBUs", *heads], rows)


def dti(sweeps):
    sweep = sweeps("dti-width")
    rows = []
    for width in sweep.settings("dti_width"):
        row = [str(width)]
        for count in (1, 8):
            where = {"TBUs": count, "dti_width": width}
            row += [gigabytes(sweep.value(BYTES, **where)), sweeps.bound("dti-width", **where)]
        rows.append(row)
    return table(["bytes a cycle", "1 TBU: GB/s", "what bounds it", "8 TBUs: GB/s", "what bounds it"], rows)


def in_smmu(sweep, where):
    """What an MSI spends in TBU and TCU on average; those that the TCU sees are few."""
    spent = sum(sweep.value(f"latency.{stage}.{part}.sum", **where) for stage in ("tbu", "tcu")
                for part in ("waiting", "service") if sweep.value(f"latency.{stage}.service.count", **where) > 0)
    return spent / sweep.value("latency.end_to_end.count", **where)


def window(sweeps):
    sweep = sweeps("window")
    rows = []
    for load, title in (("MSIs alone", "MSIs alone"), ("recorded", "the recorded drives"),
                        ("pages", "drives whose data misses the TLBs")):
        for sizes, of_sizes in (("virt", "`virt`"), ("small", "small, no walk caches")):
            for regime in ("stage 1", "nested"):
                row = [title, of_sizes, regime]
                for measure in (lambda where: f"{in_smmu(sweep, where) / 1000:.1f} ns",
                                lambda where: nanoseconds(sweep.value(MSI_P50, **where)),
                                lambda where: nanoseconds(sweep.value(MSI_P99, **where)),
                                lambda where: millions(sweep.value(MSIS, **where), 2)):
                    row.append(" → ".join(measure({"doorbell": doorbell, "load": load, "TLBs": sizes,
                                                   "regime": regime}) for doorbell in ("mapped", "window")))
                rows.append(row)
    return table(["load", "TLBs", "regime", "an MSI's mean time in the SMMU, mapped → window", "MSI p50", "MSI p99",
                  "million MSIs a second"], rows)


TABLES = {"regimes": regimes, "bypass": bypass, "walk-caches": walk_caches, "tlbs": tlbs, "relief": relief,
          "tbus": tbus, "dti": dti, "window": window}


def main(results, study, doorbell):
    sweeps = page.Sweeps(results, doorbell)
    made = {name: make(sweeps) for name, make in TABLES.items()}
    page.write(Path(study) / "README.md", {**made, "plans": page.plans(study, sweeps)})


if __name__ == "__main__":
    main(*sys.argv[1:])
