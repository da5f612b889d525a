#include "platforms/replay/parameters.h"

namespace doorbell::replay {

void ReplayParameters::describe(ParameterGroup& group) {
  group.add(
      "pacing", pacing,
      {{"workload", Pacing::workload},
       {"closed_loop", Pacing::closed_loop},
       {"recorded", Pacing::recorded}},
      {.source = "docs/traces.md: the recordings' spacing is an emulator's",
       .help = "when work is released: as the workload was made for (recordings: closed_loop), "
               "as dependencies allow, or at the recorded times"});
  group.add("outstanding", outstanding,
            {.unit = "submissions",
             .minimum = 1,
             .source = "docs/replay.md",
             .help = "submissions that may be unfinished at a time, under closed_loop"});
  group.add("time_divisor", time_divisor,
            {.minimum = 1,
             .source = "docs/replay.md",
             .help = "what the recorded times are divided by, under recorded"});
  group.add("window", window,
            {.unit = "records",
             .minimum = 16,
             .maximum = 1 << 20,
             .source = "docs/replay.md",
             .help = "records looked ahead: work further apart in the trace doesn't overlap"});
  group.add("copies", copies,
            {.unit = "copies",
             .minimum = 1,
             .maximum = 256,
             .source = "docs/replay.md",
             .help = "The workload that many times at once, each on functions of its own"});
  group.time("stagger", stagger,
             {.maximum = second,
              .source = "docs/replay.md: long beside an invalidation, short beside a workload",
              .help = "Copies begin at random times within this after the first one"});
  group.add("stagger_seed", stagger_seed,
            {.source = "arbitrary", .help = "Seed of the times at which the copies begin"});
  group.add(
      "bypass", bypass,
      {.source = "the workload says what is mapped",
       .help = "What if: streams bypass the SMMU, as with iommu.passthrough=1 of Linux; nothing is "
               "mapped or invalidated"});
  group.add("translation", translation,
            {{"stage_1", Translation::stage_1},
             {"stage_2", Translation::stage_2},
             {"nested", Translation::nested}},
            {.source = "the drivers that were recorded use stage 1",
             .help = "What if: firmware has streams translated by another stage of the SMMU, or by "
                     "stage 1 below which all of memory is a guest's by stage 2"});
}

}  // namespace doorbell::replay
