#include "doorbell/pcie/root_complex_statistics.h"

namespace doorbell::pcie {

RootComplexStatistics::RootComplexStatistics(const StatisticsGroup& group)
    : posted_writes(group, "posted_write_count",
                    {"writes", Better::neither, "posted writes of devices"}),
      reads(group, "read_count", {"reads", Better::neither, "reads of devices"}),
      processor_reads(group, "processor_reads",
                      {"reads", Better::neither, "reads of BARs and configuration space"}),
      processor_writes(group, "processor_writes",
                       {"writes", Better::neither, "writes to BARs and configuration space"}),
      unsupported(group, "unsupported_requests",
                  {"requests", Better::lower, "requests that nobody claimed"}),
      misdirected(group, "misdirected_messages",
                  {"MSIs", Better::lower, "MSIs written to something that is no doorbell"}),
      memory_errors(group, "memory_errors",
                    {"requests", Better::lower, "device requests answered with an error"}) {}

}  // namespace doorbell::pcie
