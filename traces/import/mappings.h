#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

#include "traces/import/frames.h"
#include "traces/import/survey.h"
#include "traces/import/window.h"

namespace doorbell::trace {

/// What a page of a stream is mapped to, from its map to its invalidation.
struct Mapping {
  std::uint64_t pa_page = 0;
  ItemPtr map;
  ItemPtr first_use;
  ItemPtr last_use;
  std::optional<std::uint32_t> queue;  ///< whose command used it last, as far as known
};

/// Derives the driver's map and unmap operations: recordings have none. Between two invalidations
/// of a stream's page its `pa` says what it was mapped to.
class Mappings {
 public:
  Mappings(Window& window, const Survey& survey, Summary& summary)
      : window_(window), survey_(survey), summary_(summary) {}

  /// The mapping of a page in use by the present row. If it has to be mapped first, then before
  /// `submission` (nothing: before the present row), or as soon after it as the page's last
  /// invalidation allows.
  Mapping& use(Stream stream, std::uint64_t page, std::uint64_t pa_page, const ItemPtr& submission);

  /// Ends the stream's mappings in the range of the TLBI, with unmaps before it; they follow all
  /// uses, and the handler of the commands that used them. Returns the processor that does it, if
  /// anything was mapped.
  std::optional<std::uint32_t> unmap(Stream stream, std::uint64_t iova, std::uint64_t pages,
                                     Item& tlbi);
  /// Makes a TLBI wait for the stream's uses of the range, whose mappings stay.
  void follow_uses(Stream stream, std::uint64_t iova, std::uint64_t pages, Item& tlbi) const;

  /// A CMD_SYNC: what was unmapped before can be mapped again after it.
  void synced(const ItemPtr& sync);
  /// The last completion handler of a stream's queue.
  void handled(Stream stream, std::uint32_t queue, const ItemPtr& handle) {
    handles_[{stream, queue}] = handle;
  }
  std::uint32_t cpu_of(Stream stream, std::optional<std::uint32_t> queue) const;
  /// Forgets what has left the window.
  void expire();

 private:
  using Pages = std::map<std::uint64_t, Mapping>;
  struct StreamPages {
    Pages pages;
    std::unordered_map<std::uint64_t, ItemPtr>
        released;  ///< the page's SYNC; null while it is to come
  };
  struct Release {
    std::uint64_t slot;
    Stream stream;
    std::uint64_t page;
  };

  Pages::iterator map(Stream stream, std::uint64_t page, std::uint64_t pa_page,
                      const ItemPtr& submission);
  ItemPtr insert_map(std::uint64_t slot, std::uint32_t cpu, const Map& map);
  void infer_invalidation(Stream stream, Pages::iterator page, const ItemPtr& submission);
  void infer_sync();
  ItemPtr unmap_item(std::uint64_t slot, std::uint32_t cpu, const Unmap& unmap);
  ItemPtr insert_unmap(std::uint64_t slot, Stream stream, Pages::const_iterator first,
                       std::uint32_t pages);

  Window& window_;
  const Survey& survey_;
  Summary& summary_;
  Frames frames_;
  std::map<Stream, StreamPages> streams_;
  std::map<std::pair<Stream, std::uint32_t>, ItemPtr> handles_;
  std::vector<Release> unsynced_;
  std::deque<Release> releases_;
};

}  // namespace doorbell::trace
