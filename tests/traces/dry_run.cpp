#include "tests/traces/dry_run.h"

#include <algorithm>
#include <map>
#include <random>
#include <sstream>

#include "traces/format/line_reader.h"

namespace doorbell::trace::test {
namespace {

constexpr std::uint64_t horizon = 500;  // records looked at beyond the oldest incomplete one

struct Page {
  std::uint64_t map = 0;  // number of the map record
  std::optional<std::uint64_t> frame;
  bool operator==(const Page&) const = default;
};

bool is_tlbi(SmmuOpcode opcode) {
  switch (opcode) {
    case SmmuOpcode::CMD_TLBI_NH_VA:
    case SmmuOpcode::CMD_TLBI_NH_VAA:
    case SmmuOpcode::CMD_TLBI_NH_ASID:
    case SmmuOpcode::CMD_TLBI_NH_ALL:
    case SmmuOpcode::CMD_TLBI_NSNH_ALL:
      return true;
    default:
      return false;
  }
}

class DryRun {
 public:
  DryRun(const Trace& trace, const std::vector<RecordedUse>& uses, std::uint64_t seed)
      : records_(trace.records), states_(trace.records.size() + 1), random_(seed) {
    for (const auto& info : trace.header.streams)
      asid_of_[info.stream] = info.asid;
    for (const auto& use : uses)
      by_stream_[use.stream].push_back(&use);
  }
  std::string run();

 private:
  enum State : std::uint8_t { waiting, issued, done };
  using Key = std::pair<Stream, std::uint64_t>;

  const Record& record(std::uint64_t number) const { return records_[number - 1]; }
  bool fulfilled(const Record& waiter, std::uint64_t number) const;
  bool ready(const Record& candidate) const;
  bool in_order(const Record& candidate) const;
  void execute(const Record& next);
  void finish_device(const Record& next);
  void translate(const Record& next, Stream stream, std::uint64_t iova);
  void apply(const SmmuCommand& command);
  void check_prior_dma(const Record& next, const SmmuCommand& command);
  void pair_with_recording();
  void fail(const Record& where, const std::string& what) {
    if (!failure_.empty()) return;
    failure_ = "record " + std::to_string(where.number) + ": " + what;
  }

  const std::vector<Record>& records_;
  std::vector<State> states_;
  std::mt19937_64 random_;
  std::map<Stream, std::vector<const RecordedUse*>> by_stream_;
  std::vector<const RecordedUse*> use_of_;
  std::map<std::uint32_t, std::vector<std::uint64_t>> cpu_order_;
  std::vector<std::uint64_t> smmu_order_, its_order_;
  std::map<std::uint32_t, std::size_t> cpu_at_;
  std::size_t smmu_at_ = 0, its_at_ = 0;
  std::uint64_t oldest_ = 1;
  std::map<Key, Page> table_;
  std::map<Key, Page> tlb_;
  std::vector<SmmuCommand> pending_;
  std::map<std::pair<std::uint64_t, Key>, std::uint64_t> pa_of_map_;
  std::map<std::uint64_t, std::pair<std::uint64_t, std::uint64_t>>
      live_frames_;  // frame -> users, pa
  std::map<Stream, std::uint32_t> asid_of_;
  std::string failure_;
};

bool DryRun::fulfilled(const Record& waiter, std::uint64_t number) const {
  if (states_[number] == done) return true;
  if (states_[number] == waiting || !is_device_side(waiter.operation)) return false;
  // Posted writes of one stream stay in order, so handing the first one over is enough.
  const auto& other = record(number).operation;
  const auto* access = std::get_if<Access>(&other);
  const bool posted = access == nullptr || access->is_write;
  return posted && stream_of(other) == stream_of(waiter.operation);
}

bool DryRun::in_order(const Record& candidate) const {
  if (is_device_side(candidate.operation)) return true;
  const auto at = cpu_at_.find(candidate.cpu);
  if (cpu_order_.at(candidate.cpu)[at == cpu_at_.end() ? 0 : at->second] != candidate.number) {
    return false;
  }
  if (std::holds_alternative<SmmuCommand>(candidate.operation)) {
    return smmu_order_[smmu_at_] == candidate.number;
  }
  if (std::holds_alternative<ItsCommand>(candidate.operation)) {
    return its_order_[its_at_] == candidate.number;
  }
  return true;
}

bool DryRun::ready(const Record& candidate) const {
  if (states_[candidate.number] != waiting || !in_order(candidate)) return false;
  const auto own = stream_of(candidate.operation);
  for (const auto& dependency : candidate.after) {
    if (dependency.first == dependency.last) {
      if (!fulfilled(candidate, dependency.first)) return false;
      continue;
    }
    for (auto i = std::max(dependency.first, oldest_); i <= dependency.last; ++i) {
      const auto& operation = record(i).operation;
      if (!is_device_side(operation) || (own && stream_of(operation) != own)) continue;
      if (!fulfilled(candidate, i)) return false;
    }
  }
  return true;
}

void DryRun::translate(const Record& next, Stream stream, std::uint64_t iova) {
  const Key key{stream, iova / page_bytes};
  const auto mapped = table_.find(key);
  const auto cached = tlb_.find(key);
  if (mapped == table_.end()) return fail(next, "uses a page that is not mapped");
  if (cached != tlb_.end() && cached->second != mapped->second) {
    return fail(next, "uses a stale translation");
  }
  tlb_[key] = mapped->second;
  const auto& page = mapped->second;
  const auto* use = use_of_[next.number];
  if (page.frame.has_value() != (use->op != "msi")) return fail(next, "doorbell page mixed up");
  const auto pa_page = use->pa / page_bytes;
  const auto known = pa_of_map_.try_emplace({page.map, key}, pa_page).first;
  if (known->second != pa_page) return fail(next, "the page was mapped to another frame");
  if (!page.frame) return;
  auto& live = live_frames_[*page.frame];
  if (live.second == 0) live.second = pa_page;
  if (live.second != pa_page) fail(next, "one frame stands for two physical pages");
}

/// An entry is of its stream's address space, which an ASID that the command names must be of; one
/// that names none is for all. CFGI commands and prefetches concern no translation.
void DryRun::apply(const SmmuCommand& command) {
  if (!is_tlbi(command.opcode)) return;
  std::erase_if(tlb_, [&](const auto& entry) {
    const auto& [stream, page] = entry.first;
    if (command.asid && asid_of_.at(stream) != *command.asid) return false;
    if (!command.iova) return true;
    const auto first = *command.iova / page_bytes;
    return page >= first && page < first + command.pages;
  });
}

void DryRun::check_prior_dma(const Record& next, const SmmuCommand& command) {
  if (!command.iova) return;
  for (auto i = oldest_; i < next.number; ++i) {
    const auto* access = std::get_if<Access>(&record(i).operation);
    if (access == nullptr || states_[i] == done) continue;
    const auto page = access->iova / page_bytes;
    const auto first = *command.iova / page_bytes;
    if (page < first || page >= first + command.pages) continue;
    if (command.asid && asid_of_.at(access->stream) != *command.asid) continue;
    // A page that stays mapped was not the one invalidated.
    if (!command.asid && table_.contains({access->stream, page})) continue;
    fail(next, "overtakes the DMA of record " + std::to_string(i));
  }
}

void DryRun::execute(const Record& next) {
  const auto& operation = next.operation;
  if (const auto* map = std::get_if<Map>(&operation)) {
    for (std::uint32_t i = 0; i < map->pages; ++i) {
      Page page{next.number, std::nullopt};
      if (map->frame) {
        page.frame = *map->frame + i;
        ++live_frames_[*page.frame].first;
      }
      if (!table_.emplace(Key{map->stream, map->iova / page_bytes + i}, page).second) {
        fail(next, "maps a page that is mapped");
      }
    }
  } else if (const auto* unmap = std::get_if<Unmap>(&operation)) {
    for (std::uint32_t i = 0; i < unmap->pages; ++i) {
      const auto at = table_.find({unmap->stream, unmap->iova / page_bytes + i});
      if (at == table_.end()) return fail(next, "unmaps a page that is not mapped");
      if (at->second.frame && --live_frames_[*at->second.frame].first == 0) {
        live_frames_.erase(*at->second.frame);
      }
      table_.erase(at);
    }
  } else if (const auto* command = std::get_if<SmmuCommand>(&operation)) {
    if (command->opcode == SmmuOpcode::CMD_SYNC) {
      for (const auto& each : pending_)
        apply(each);
      pending_.clear();
    } else {
      check_prior_dma(next, *command);
      pending_.push_back(*command);
    }
    ++smmu_at_;
  } else if (std::holds_alternative<ItsCommand>(operation)) {
    ++its_at_;
  }
  ++cpu_at_[next.cpu];
  states_[next.number] = done;
}

void DryRun::finish_device(const Record& next) {
  if (const auto* access = std::get_if<Access>(&next.operation)) {
    translate(next, access->stream, access->iova);
  } else {
    const auto& msi = std::get<Msi>(next.operation);
    translate(next, msi.stream, msi.iova);
  }
  states_[next.number] = done;
}

void DryRun::pair_with_recording() {
  use_of_.resize(records_.size() + 1);
  std::map<Stream, std::size_t> at;
  for (const auto& each : records_) {
    if (!is_device_side(each.operation)) {
      cpu_order_[each.cpu].push_back(each.number);
      if (std::holds_alternative<SmmuCommand>(each.operation)) smmu_order_.push_back(each.number);
      if (std::holds_alternative<ItsCommand>(each.operation)) its_order_.push_back(each.number);
      continue;
    }
    const auto stream = *stream_of(each.operation);
    auto& next = at[stream];
    if (next >= by_stream_[stream].size()) return fail(each, "is not in the recording");
    const auto* use = by_stream_[stream][next++];
    use_of_[each.number] = use;
    const auto* access = std::get_if<Access>(&each.operation);
    const auto* msi = std::get_if<Msi>(&each.operation);
    const bool same =
        access != nullptr
            ? access->iova == use->iova &&
                  access->bytes ==
                      std::min<std::uint64_t>(use->bytes, page_bytes - use->iova % page_bytes) &&
                  use->op == (access->is_write ? "write" : "read")
            : msi->iova == use->iova && use->op == "msi";
    if (!same) fail(each, "differs from its row");
  }
  for (const auto& [stream, rows] : by_stream_) {
    if (at[stream] != rows.size()) failure_ = "rows of the recording are missing";
  }
}

std::string DryRun::run() {
  pair_with_recording();
  while (failure_.empty()) {
    while (oldest_ <= records_.size() && states_[oldest_] == done)
      ++oldest_;
    if (oldest_ > records_.size()) return {};
    const auto span = std::min<std::uint64_t>(horizon, records_.size() - oldest_ + 1);
    // Often near the oldest record, sometimes far ahead.
    const auto start =
        oldest_ + random_() % (random_() % 4 == 0 ? span : std::min<std::uint64_t>(span, 64));
    bool progress = false;
    for (std::uint64_t i = 0; i < span && !progress; ++i) {
      const auto& next = record(oldest_ + (start - oldest_ + i) % span);
      if (states_[next.number] == issued) {
        if (random_() % 3 != 0) continue;
        finish_device(next);
        progress = true;
      } else if (ready(next)) {
        if (is_device_side(next.operation)) {
          states_[next.number] = issued;
        } else {
          execute(next);
        }
        progress = true;
      }
    }
    if (progress) continue;
    for (auto i = oldest_; i < oldest_ + span && !progress; ++i) {
      if (states_[i] != issued) continue;
      finish_device(record(i));
      progress = true;
    }
    if (!progress) fail(record(oldest_), "nothing can go on");
  }
  return failure_;
}

}  // namespace

std::vector<RecordedUse> recorded_uses(const std::string& recording) {
  std::vector<RecordedUse> uses;
  LineReader lines(recording);
  std::string_view line;
  lines.next(line);
  while (lines.next(line)) {
    std::istringstream text{std::string(line)};
    std::string column[6];
    for (auto& each : column)
      std::getline(text, each, ',');
    if (column[1] != "read" && column[1] != "write" && column[1] != "msi") continue;
    uses.push_back({static_cast<Stream>(std::stoul(column[2], nullptr, 16)), column[1],
                    std::stoull(column[3], nullptr, 16),
                    static_cast<std::uint32_t>(std::stoul(column[4])),
                    std::stoull(column[5], nullptr, 16)});
  }
  return uses;
}

Trace read_all(const std::string& path) {
  Reader reader(path);
  Trace trace{reader.header(), {}};
  Record record;
  while (reader.next(record))
    trace.records.push_back(record);
  return trace;
}

std::string dry_run(const Trace& trace, const std::vector<RecordedUse>& uses, std::uint64_t seed) {
  return DryRun(trace, uses, seed).run();
}

}  // namespace doorbell::trace::test
