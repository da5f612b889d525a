#pragma once

#include <nlohmann/json.hpp>

namespace doorbell::explore::testing {

/// The smallest statistics that every reader must take, one statistic of some kinds in them.
inline nlohmann::ordered_json small_run() {
  return nlohmann::ordered_json::parse(R"({
    "format": 1, "version": "0.1.0", "partial": false,
    "workload": {"fnv1a64": "00112233aabbccdd"},
    "parameters": [{"path": "tlb.entries", "value": 64, "default": 32, "unit": "entries",
                    "range": "1 to 65536", "source": "a manual", "help": "Capacity"}],
    "totals": {"measured": 2000000, "transactions": 10, "bytes": 640, "sent": 4,
               "acknowledged": 3},
    "conservation": {"sent": 4, "outcomes": {"pending": 3, "coalesced": 1}, "accounted": 4,
                     "balanced": true},
    "latency": {
      "graph": [{"name": "link", "order": 1, "successor": null, "help": "the wire"}],
      "total": {
        "end_to_end": {"count": 3, "sum": 900, "mean": 300.0, "min": 100, "p50": 300, "p90": 500,
                       "p99": 500, "p99.9": 500, "max": 500},
        "stages": {"link": {"share": 1.0,
          "waiting": {"count": 3, "sum": 0, "mean": 0.0, "min": 0, "p50": 0, "p90": 0, "p99": 0,
                      "p99.9": 0, "max": 0},
          "service": {"count": 3, "sum": 900, "mean": 300.0, "min": 100, "p50": 300, "p90": 500,
                      "p99": 500, "p99.9": 500, "max": 500}}}},
      "streams": [{"stream": 8, "end_to_end": {"count": 3, "sum": 900, "mean": 300.0, "min": 100,
                   "p50": 300, "p90": 500, "p99": 500, "p99.9": 500, "max": 500}, "stages": {}}],
      "vectors": []},
    "statistics": {"window": {"start": 0, "end": 2000000}, "metrics": [
      {"path": "sys.errors", "kind": "counter", "unit": "accesses", "better": "lower",
       "help": "Refused", "values": {"value": 7}},
      {"path": "sys.tlb", "kind": "cache", "unit": "look-ups", "better": "higher",
       "help": "First TLB", "values": {"hits": 3, "misses": 1, "evictions": 0,
                                        "invalidations": 2, "hit_rate": 0.75}},
      {"path": "sys.unused", "kind": "cache", "unit": "look-ups", "better": "higher",
       "help": "Never asked", "values": {"hits": 0, "misses": 0, "evictions": 0,
                                          "invalidations": 0, "hit_rate": null}}]}})");
}

}  // namespace doorbell::explore::testing
