#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "traces/import/recording.h"

namespace doorbell::trace {

/// Finds out which recorded ASID's invalidations belong to which stream, by observation: where the
/// page behind a stream's IOVA changed, an invalidation of the stream's own ASID lies between.
/// Memory goes with the pages in use.
class AsidVotes {
 public:
  /// A translation of `page` to `pa_page` was recorded in row number `row`.
  void use(Stream stream, std::uint64_t page, std::uint64_t pa_page, std::uint64_t row);
  void invalidate(const TlbiRangeRow& range, std::uint64_t row);
  /// A command that may have invalidated anything: changes across it prove nothing.
  void invalidate_all(std::uint64_t row) { all_ = row; }

  /// The stream's ASID, or nothing where observation doesn't decide.
  std::optional<std::uint32_t> asid_of(Stream stream) const;

 private:
  using Invalidation = std::pair<std::uint32_t, std::uint64_t>;  // ASID, row
  struct Use {
    std::uint64_t pa_page;
    std::uint64_t row;
  };
  struct Votes {
    std::uint64_t explained = 0;  ///< changes of mapping that an invalidation explains
    std::uint64_t touched = 0;    ///< pages used both before and after an invalidation
    auto operator<=>(const Votes&) const = default;
  };
  struct StreamVotes {
    std::unordered_map<std::uint64_t, Use> uses;
    std::map<std::uint32_t, Votes> votes;
  };

  std::map<Stream, StreamVotes> streams_;
  /// The last invalidation of a page for each ASID, newest first.
  std::unordered_map<std::uint64_t, std::vector<Invalidation>> pages_;
  std::uint64_t all_ = 0;
};

}  // namespace doorbell::trace
