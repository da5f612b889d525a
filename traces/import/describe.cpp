#include <fmt/format.h>

#include "traces/import/import.h"

namespace doorbell::trace {

std::string describe(const Summary& summary) {
  auto text = fmt::format("{} rows in, {} records out{}\n", summary.rows, summary.records,
                          summary.conserved ? "" : ": THE BOOKS DON'T BALANCE");
  text += fmt::format("  represented {}\n", summary.represented);
  for (const auto& [into, rows] : summary.merged) {
    text += fmt::format("  merged      {} into {}\n", rows, into);
  }
  for (const auto& [reason, rows] : summary.ignored) {
    text += fmt::format("  ignored     {}: {}\n", rows, reason);
  }
  text += fmt::format("derived: {} maps, {} unmaps, {} invalidations, {} syncs\n", summary.maps,
                      summary.unmaps, summary.inferred_tlbis, summary.inferred_syncs);
  text += fmt::format("unattributed: {} submissions, {} completions, {} commands\n",
                      summary.unattributed_submits, summary.unattributed_handles,
                      summary.unattributed_commands);
  if (summary.lost_msis != 0 || summary.unknown_events != 0) {
    text += fmt::format("MSIs without an interrupt: {}; without an EventID: {}\n",
                        summary.lost_msis, summary.unknown_events);
  }
  if (summary.cut_lengths != 0) {
    text += fmt::format("inferred lengths cut at the end of their page: {}\n", summary.cut_lengths);
  }
  for (const auto& stream : summary.streams) {
    text += fmt::format(
        "stream {:#x}: device {}, address space {}, {} reads, {} writes, {} bytes, {} MSIs, "
        "{} submissions, {} completions\n",
        stream.stream, stream.device,
        stream.recorded_asid ? fmt::format("{}", *stream.recorded_asid) : "not known", stream.reads,
        stream.writes, stream.bytes, stream.msis, stream.submits, stream.handles);
  }
  return text;
}

}  // namespace doorbell::trace
