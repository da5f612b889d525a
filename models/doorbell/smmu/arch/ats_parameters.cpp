#include "doorbell/smmu/arch/parameters.h"

namespace doorbell::smmu {

void AtsParameters::describe(ParameterGroup& group) {
  group.add("link", link,
            {.unit = "cycles",
             .maximum = 1000,
             .source = "as dti_latency",
             .help = "Between root complex and TCU, one way"});
  group.add("requests", requests,
            {.unit = "requests",
             .minimum = 1,
             .maximum = 65536,
             .source = "assumption",
             .help = "Translation Requests at the TCU at a time"});
  group.add("translations", translations,
            {.unit = "translations",
             .minimum = 1,
             .maximum = 8,
             .source = "assumption",
             .help = "In a completion, where so many are asked for and follow each other"});
  group.add("page_requests", page_requests,
            {.unit = "requests",
             .minimum = 1,
             .maximum = 65536,
             .source = "assumption",
             .help = "Page requests at the TCU at a time"});
  group.add("invalidation_command", invalidation_command,
            {.unit = "cycles",
             .maximum = 100000,
             .source = "assumption: as a TLBI",
             .help = "CMD_ATC_INV beside decoding, until it is sent"});
  group.time("invalidation_timeout", invalidation_timeout,
             {.minimum = microsecond,
              .maximum = 1000 * second,
              .source = "PCIe 6.0, 10.3.4: one minute",
              .help = "Until an ATC that doesn't acknowledge ends a CMD_SYNC in an error"});
}

}  // namespace doorbell::smmu
