"""What is sized in the study: each structure with its sweep, its axis, what it must keep up and what sets its size."""
from dataclasses import dataclass, field

import sweeps as s


@dataclass
class Structure:
    title: str
    sweep: str
    axis: str
    reason: str
    where: dict = field(default_factory=dict)
    latencies: tuple = (s.IN_TBU, s.IN_TBU_P99)
    hits: str = ""  # a cache's hit rate, where it is to keep up too
    of_virt: bool = True  # whether the platform has it, but for its size
    price: tuple = (s.IOPS, "commands")  # what the smallest setting costs


MSI = {"latencies": (s.MSI_P50, s.MSI_P99), "price": (s.MSI_P50, "MSI p50")}
STRUCTURES = (
    Structure("micro TLB, entries, fully associative", "micro-tlb", "micro_tlb.entries",
              "16 pages a drive: 11 of its queues, 5 of data", hits=s.MICRO_HITS),
    Structure("main TLB, entries, 4 ways, random, behind a micro TLB of 32", "main-tlb", "tlb.entries",
              "the same pages, where the micro TLB is too small", {"queue": "fast"}),
    Structure("walkers", "walkers", "walkers", "a walk a command, and it reads once"),
    Structure("translation slots of a TBU", "translation-slots", "tbu.translation_slots",
              "what arrives while a walk goes on"),
    Structure("walk cache, entries a level, 4 ways", "walk-caches", "walk_cache_level2.entries",
              "one table of level 2 a drive; its 4 ways"),
    Structure("configuration cache, entries, 4 ways", "configuration-cache", "configuration_cache.entries",
              "one stream a drive; its 4 ways"),
    Structure("ITS event cache, entries, 2 ways", "event-cache", "event_cache_entries",
              "4 vectors a drive; its 2 ways", {"cache_ways": 2}, hits=s.EVENT_HITS, **MSI),
    Structure("ITS event cache, entries, 16 ways", "event-cache", "event_cache_entries",
              "4 vectors a drive", {"cache_ways": 16}, hits=s.EVENT_HITS, of_virt=False, **MSI),
    Structure("ITS collection cache, entries, 2 ways", "collection-cache", "collection_cache_entries",
              "one collection a processor", hits=s.COLLECTION_HITS, **MSI),
    Structure("LPI configuration cache, entries, 2 ways", "lpi-cache", "lpi_cache_entries",
              "5 LPIs a drive", hits=s.LPI_HITS, **MSI),
)
# The same with a queue a processor: eight drives, 32 queues each.
QUEUES = (
    Structure("micro TLB, entries, fully associative", "queues-micro-tlb", "micro_tlb.entries",
              "64 pages of queues a drive, and those of data", hits=s.MICRO_HITS),
    Structure("main TLB, entries, 4 ways, random, behind a micro TLB of 32", "queues-main-tlb", "tlb.entries",
              "the same pages"),
    Structure("ITS event cache, entries, 2 ways", "queues-event-cache", "event_cache_entries",
              "32 vectors a drive; its 2 ways", {"cache_ways": 2}, hits=s.EVENT_HITS, **MSI),
    Structure("ITS event cache, entries, 16 ways", "queues-event-cache", "event_cache_entries",
              "32 vectors a drive", {"cache_ways": 16}, hits=s.EVENT_HITS, of_virt=False, **MSI),
    Structure("ITS collection cache, entries, 2 ways", "queues-collection-cache", "collection_cache_entries",
              "one collection a processor", hits=s.COLLECTION_HITS, **MSI),
    Structure("LPI configuration cache, entries, 2 ways", "queues-lpi-cache", "lpi_cache_entries",
              "32 LPIs a drive", hits=s.LPI_HITS, **MSI),
)

# What is as good as the largest setting: throughput within 1 %, latencies within 4 % (two bins of a histogram), and
# hits within one in a hundred look-ups.
THROUGHPUT_KEPT = 0.99
LATENCY_KEPT = 1.04
HITS_LOST = 0.01


def value(sweep, structure, metric, setting, drives):
    """A metric at a setting of the structure, of so many drives where their number is an axis."""
    where = {} if drives is None else {"drives": drives}
    return sweep.value(metric, **{structure.axis: setting}, **structure.where, **where)


def keeps_up(sweep, structure, setting, drives):
    """Whether a setting is as good as the largest one."""
    def of(metric, one):
        return value(sweep, structure, metric, one, drives)

    largest = sweep.settings(structure.axis)[-1]
    if of(s.IOPS, setting) < THROUGHPUT_KEPT * of(s.IOPS, largest):
        return False
    if structure.hits and of(structure.hits, setting) < of(structure.hits, largest) - HITS_LOST:
        return False
    return all(of(metric, setting) <= LATENCY_KEPT * of(metric, largest) for metric in structure.latencies)


def least(sweep, structure, drives=None):
    """The smallest setting from which on all keep up, as a text that says when it is at an end of what was tried."""
    settings = sweep.settings(structure.axis)
    enough = settings[-1]
    for setting in reversed(settings):
        if not keeps_up(sweep, structure, setting, drives):
            break
        enough = setting
    if enough == settings[-1]:
        return f"{enough} or more"
    return f"≤ {enough}" if enough == settings[0] else str(enough)


def price(sweep, structure, drives=None):
    """What the smallest setting costs against the largest one."""
    settings = sweep.settings(structure.axis)
    metric, title = structure.price
    smallest, largest = (value(sweep, structure, metric, settings[i], drives) for i in (0, -1))
    return f"{settings[0]}: {100 * (smallest / largest - 1):+.1f} % {title}"
