"""What has how much effect: rank correlations over the points of a Latin hypercube."""
import sweeps as s

FACTORS = (
    ("micro_tlb.entries", "micro TLB, entries"),
    ("tlb.entries", "main TLB, entries"),
    ("walkers", "walkers"),
    ("tbu.translation_slots", "translation slots of the TBU"),
    ("walk_cache_level2.entries", "walk cache of level 2, entries"),
    ("configuration_cache.entries", "configuration cache, entries"),
    ("sync_command", "time of a CMD_SYNC"),
    ("event_cache_entries", "ITS event cache, entries"),
    ("collection_cache_entries", "ITS collection cache, entries"),
    ("lpi_cache_entries", "LPI configuration cache, entries"),
)
EFFECTS = ((s.IOPS, "commands a second"), (s.IN_TBU, "time in the TBU"), (s.MSI_P50, "MSI p50"), (s.MSI_P99, "MSI p99"))

# Two parameters that have nothing to do with each other correlate less than this at 19 of 20 times, over 48 points.
CHANCE = 0.28


def ranks(values):
    """Equal values share their mean rank."""
    order = sorted(range(len(values)), key=values.__getitem__)
    result = [0.0] * len(values)
    first = 0
    while first < len(order):
        last = first
        while last + 1 < len(order) and values[order[last + 1]] == values[order[first]]:
            last += 1
        for i in range(first, last + 1):
            result[order[i]] = (first + last) / 2
        first = last + 1
    return result


def correlation(a, b):
    mean_a, mean_b = sum(a) / len(a), sum(b) / len(b)
    covariance = sum((x - mean_a) * (y - mean_b) for x, y in zip(a, b))
    spread = (sum((x - mean_a) ** 2 for x in a) * sum((y - mean_b) ** 2 for y in b)) ** 0.5
    return covariance / spread if spread else 0.0


def effect(sweep, axis, metric):
    """Spearman's rank correlation of a parameter and a metric: 0 none, 1 and -1 monotonous."""
    settings = [float(sweep.coordinate(coordinates, axis)) for coordinates, _ in sweep.points]
    return correlation(ranks(settings), ranks([float(metrics[metric]) for _, metrics in sweep.points]))
