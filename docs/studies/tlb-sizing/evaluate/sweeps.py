"""What the study reads of its sweeps: the names of metrics, and the sweeps themselves."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "common"))
from sweep import Sweep  # noqa: E402, F401: for those that import this

DRIVES = (1, 2, 4, 8)

# Names of metrics.
IOPS = "totals.msi_rate"  # one MSI a command
MSI_P50 = "latency.end_to_end.p50"
MSI_P99 = "latency.end_to_end.p99"
IN_TBU = "virt.smmu.tbu.transactions_inside.mean"
IN_TBU_P99 = "virt.smmu.tbu.transactions_inside.p99"
QUEUE_BUSY = "virt.smmu.tcu.command_processor.utilisation"
LINK_BUSY = "virt.link0.upstream.line.utilisation"
MICRO_HITS = "virt.smmu.tbu.micro_tlb.hit_rate"
WALKS = "virt.smmu.tcu.walkers.completions"
WALKING_MOST = "virt.smmu.tcu.walkers.busy_highest"
SLOTS_MOST = "virt.smmu.tbu.translation_slots.busy_highest"
WALK_TIME = "virt.smmu.tcu.walkers.mean_service"
EVENT_HITS = "virt.gic.its.event_cache.hit_rate"
COLLECTION_HITS = "virt.gic.its.collection_cache.hit_rate"
LPI_HITS = "virt.gic.lpi_cache.configurations.hit_rate"
MSIS = "totals.sent"
