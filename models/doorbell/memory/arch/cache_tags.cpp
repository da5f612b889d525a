#include "doorbell/memory/arch/cache_tags.h"

#include <algorithm>

namespace doorbell::memory {

CacheTags::CacheTags(std::uint64_t bytes, unsigned ways, unsigned line_bytes)
    : ways_(ways),
      line_bytes_(line_bytes),
      sets_(std::max<std::uint64_t>(1, bytes / ways / line_bytes)),
      lines_(sets_ * ways) {}

CacheTags::Result CacheTags::access(std::uint64_t address) {
  const std::uint64_t line = address / line_bytes_;
  const auto set = lines_.begin() + static_cast<std::ptrdiff_t>(line % sets_ * ways_);
  const auto end = set + ways_;
  const auto found = std::find(set, end, line + 1);
  const bool hit = found != end;
  const auto last = hit ? found : end - 1;
  const bool evicted = !hit && *last != 0;
  std::move_backward(set, last, last + 1);
  *set = line + 1;
  return {hit, evicted};
}

}  // namespace doorbell::memory
