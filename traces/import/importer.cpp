#include "traces/import/importer.h"

namespace doorbell::trace {

void Importer::add(const Row& row) {
  ++summary_.rows;
  window_.open_slot(row.time_us);
  if (summary_.rows % 256 == 0) mappings_.expire();
  if (pending_tlbi_ && !std::holds_alternative<TlbiRangeRow>(row.event)) give_up_pending_tlbi();
  std::visit([this](const auto& event) { add_event(event); }, row.event);
}

std::optional<Stream> Importer::only_stream() const {
  if (survey_.streams.size() != 1) return std::nullopt;
  return survey_.streams.begin()->first;
}

Summary Importer::finish() {
  if (pending_tlbi_) give_up_pending_tlbi();
  window_.flush();
  const auto& written = window_.written();
  summary_.records = written.records;
  summary_.maps = written.maps;
  summary_.unmaps = written.unmaps;
  summary_.lost_msis = written.lost_msis;
  summary_.unattributed_submits = written.unattributed_submits;
  summary_.unattributed_handles = written.unattributed_handles;

  std::uint64_t rows = summary_.represented;
  for (const auto& [into, count] : summary_.merged)
    rows += count;
  for (const auto& [reason, count] : summary_.ignored)
    rows += count;
  bool balanced = rows == summary_.rows && rows == survey_.rows;
  const auto derived =
      summary_.maps + summary_.unmaps + summary_.inferred_tlbis + summary_.inferred_syncs;
  balanced = balanced && summary_.represented + derived == summary_.records;
  for (const auto& [id, seen] : survey_.streams) {
    const auto found = window_.streams().find(id);
    StreamSummary stream = found == window_.streams().end() ? StreamSummary{} : found->second;
    balanced = balanced && stream.reads == seen.reads && stream.writes == seen.writes &&
               stream.msis == seen.msis && stream.bytes == seen.bytes;
    stream.stream = id;
    stream.device = seen.device.value_or(id);
    stream.recorded_asid = seen.recorded_asid;
    summary_.streams.push_back(stream);
  }
  summary_.conserved = balanced;
  return summary_;
}

}  // namespace doorbell::trace
