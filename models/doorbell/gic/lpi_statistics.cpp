#include "doorbell/gic/lpi_statistics.h"

namespace doorbell::gic {

LpiStatistics::Source::Source(const StatisticsGroup& group, const char* whose)
    : made_pending(group.group(whose), "made_pending",
                   {.unit = "LPIs", .help = "That weren't pending"}),
      coalesced(group.group(whose), "coalesced",
                {.unit = "LPIs", .help = "That were pending already"}),
      dropped(group.group(whose), "dropped",
              {.unit = "LPIs", .better = Better::lower, .help = "For all reasons"}) {}

LpiStatistics::LpiStatistics(const StatisticsGroup& group, bool direct_lpis)
    : by_doorbell(group, "by_doorbell"),
      without_journey(
          group.group("by_doorbell"), "without_journey",
          {.unit = "LPIs", .help = "Of them all, that nobody follows: the SMMU's own, and DMA"}),
      by_command(group, "by_INT"),
      dropped_lpis_disabled(
          group, "dropped_lpis_disabled",
          {.unit = "LPIs", .better = Better::lower, .help = "GICR_CTLR.EnableLPIs is 0"}),
      dropped_out_of_range(
          group, "dropped_out_of_range",
          {.unit = "LPIs", .better = Better::lower, .help = "INTID outside the tables"}),
      restored(
          group, "restored",
          {.unit = "LPIs",
           .help = "Found in the Pending table when LPIs were enabled, or pending at a marker"}),
      moved_in(group, "moved_in",
               {.unit = "LPIs", .help = "Pending LPIs that came by MOVI or MOVALL"}),
      moved_in_coalesced(group, "moved_in_coalesced",
                         {.unit = "LPIs", .help = "Came, and were pending already"}),
      moved_in_dropped(
          group, "moved_in_dropped",
          {.unit = "LPIs", .better = Better::lower, .help = "Came, and couldn't be pending here"}),
      moved_out(group, "moved_out",
                {.unit = "LPIs", .help = "Pending LPIs that left by MOVI or MOVALL"}),
      cleared(group, "cleared", {.unit = "LPIs", .help = "Pending LPIs ended by CLEAR or DISCARD"}),
      acknowledged(group, "acknowledged", {.unit = "LPIs", .help = "Taken by the CPU interface"}),
      spilled(group, "spilled",
              {.unit = "LPIs", .better = Better::lower, .help = "Written to the Pending table"}),
      refilled(group, "refilled", {.unit = "LPIs", .help = "Brought back from the Pending table"}),
      table_errors(group, "table_errors",
                   {.unit = "accesses",
                    .better = Better::lower,
                    .help = "LPI table accesses answered with an error"}),
      pending(group, "pending",
              {.unit = "LPIs", .help = "Pending LPIs, in the cache or in memory"}),
      masked(group, "masked", {.unit = "LPIs", .help = "Of those, not enabled"}) {
  if (!direct_lpis) return;
  direct.emplace(group, "direct");
  by_register.emplace(group, "by_register");
}

}  // namespace doorbell::gic
