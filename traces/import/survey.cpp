#include "traces/import/survey.h"

#include <algorithm>

#include "doorbell/core/arch/error.h"
#include "traces/import/asid_votes.h"

namespace doorbell::trace {
namespace {

constexpr std::uint32_t most_cpus = 65536;

class Surveyor {
 public:
  void add(const Row& row) {
    ++survey_.rows;
    std::visit([this](const auto& event) { add_event(event); }, row.event);
  }
  Survey finish();

 private:
  void add_event(const AccessRow& row);
  void add_event(const MsiRow& row);
  void add_event(const DoorbellRow&) {}
  void add_event(const CommandRow&) {}
  void add_event(const SmmuRow& row);
  void add_event(const TlbiRangeRow& row) { votes_.invalidate(row, survey_.rows); }
  void add_event(const ItsRow& row);
  std::uint32_t cpu_of(std::uint32_t collection) const;

  /// How often an MSI of a collection followed a completion entry of a queue.
  using CollectionVotes = std::map<std::uint32_t, std::map<std::uint32_t, std::uint64_t>>;

  Survey survey_;
  AsidVotes votes_;
  std::map<Stream, std::optional<std::uint32_t>> last_queue_;
  std::map<Stream, CollectionVotes> queue_votes_;
  std::map<std::uint32_t, std::uint32_t> collections_;
};

void Surveyor::add_event(const AccessRow& row) {
  const auto& access = row.access;
  auto& stream = survey_.streams[access.stream];
  ++(access.is_write ? stream.writes : stream.reads);
  stream.bytes += access.bytes;
  votes_.use(access.stream, access.iova / page_bytes, row.pa / page_bytes, survey_.rows);
  if (access.kind == AccessKind::completion) last_queue_[access.stream] = access.queue;
}

void Surveyor::add_event(const MsiRow& row) {
  auto& stream = survey_.streams[row.stream];
  ++stream.msis;
  if (row.device && !stream.device) stream.device = row.device;
  stream.events = std::max(stream.events, row.event.value_or(0) + 1);
  survey_.doorbell_pages.insert(row.pa / page_bytes);
  votes_.use(row.stream, row.iova / page_bytes, row.pa / page_bytes, survey_.rows);
  auto& queue = last_queue_[row.stream];
  if (queue && row.collection) ++queue_votes_[row.stream][*queue][*row.collection];
  queue.reset();
}

void Surveyor::add_event(const SmmuRow& row) {
  // A TLBI by address is voted on by the tlbi_range rows that follow it.
  if (row.name.starts_with("CMD_TLBI_") && row.opcode != SmmuOpcode::CMD_TLBI_NH_VA &&
      row.opcode != SmmuOpcode::CMD_TLBI_NH_VAA) {
    votes_.invalidate_all(survey_.rows);
  }
}

void Surveyor::add_event(const ItsRow& row) {
  if (!row.command || row.command->opcode != ItsOpcode::MAPC || !row.command->target) return;
  const auto target = *row.command->target;
  if (target >= most_cpus) return;
  collections_[*row.command->collection] = target;
  survey_.cpus = std::max(survey_.cpus, target + 1);
}

std::uint32_t Surveyor::cpu_of(std::uint32_t collection) const {
  const auto found = collections_.find(collection);
  return found == collections_.end() ? 0 : found->second;
}

Survey Surveyor::finish() {
  std::uint32_t asid = 0;
  for (auto& [id, stream] : survey_.streams) {
    stream.asid = ++asid;
    stream.recorded_asid = votes_.asid_of(id);
    for (const auto& [queue, collections] : queue_votes_[id]) {
      const auto most =
          std::max_element(collections.begin(), collections.end(),
                           [](const auto& a, const auto& b) { return a.second < b.second; });
      stream.queue_cpu[queue] = cpu_of(most->first);
    }
  }
  return std::move(survey_);
}

}  // namespace

std::set<Stream> Survey::streams_of(std::uint32_t recorded_asid) const {
  std::set<Stream> result;
  for (const auto& [id, stream] : streams) {
    if (stream.recorded_asid == recorded_asid) result.insert(id);
  }
  return result;
}

Survey survey_recording(const std::string& path) {
  RecordingReader reader(path);
  Surveyor surveyor;
  Row row;
  while (reader.next(row))
    surveyor.add(row);
  auto survey = surveyor.finish();
  if (survey.streams.size() > 0xffff) {
    throw InputError(path, 0, "too many streams", "at most 65535",
                     std::to_string(survey.streams.size()));
  }
  return survey;
}

}  // namespace doorbell::trace
