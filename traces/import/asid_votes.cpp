#include "traces/import/asid_votes.h"

#include <algorithm>

namespace doorbell::trace {
namespace {

/// A range larger than this stands for everything.
constexpr std::uint64_t most_pages = 1 << 18;

}  // namespace

void AsidVotes::use(Stream stream, std::uint64_t page, std::uint64_t pa_page, std::uint64_t row) {
  auto& votes = streams_[stream];
  const auto [found, first] = votes.uses.try_emplace(page, Use{pa_page, row});
  if (first) return;
  auto& last = found->second;
  const bool changed = last.pa_page != pa_page && all_ < last.row;
  if (const auto page_found = pages_.find(page); page_found != pages_.end()) {
    for (const auto& [asid, when] : page_found->second) {
      if (when < last.row) break;
      auto& vote = votes.votes[asid];
      ++vote.touched;
      if (changed) ++vote.explained;
    }
  }
  last = {pa_page, row};
}

void AsidVotes::invalidate(const TlbiRangeRow& range, std::uint64_t row) {
  if (!range.asid || range.pages > most_pages) return invalidate_all(row);
  const auto first = range.iova / page_bytes;
  for (auto page = first; page < first + range.pages; ++page) {
    auto& list = pages_[page];
    const auto known = std::find_if(list.begin(), list.end(), [&](const Invalidation& each) {
      return each.first == *range.asid;
    });
    if (known != list.end()) list.erase(known);
    list.insert(list.begin(), {*range.asid, row});
  }
}

std::optional<std::uint32_t> AsidVotes::asid_of(Stream stream) const {
  const auto found = streams_.find(stream);
  if (found == streams_.end()) return std::nullopt;
  std::optional<std::uint32_t> best;
  Votes most;
  bool tie = false;
  for (const auto& [asid, votes] : found->second.votes) {
    if (votes > most) {
      best = asid;
      most = votes;
      tie = false;
    } else if (votes == most) {
      tie = true;
    }
  }
  return tie ? std::nullopt : best;
}

}  // namespace doorbell::trace
