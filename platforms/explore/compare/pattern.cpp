#include "platforms/explore/compare/pattern.h"

#include <vector>

namespace doorbell::explore {

// All places that the pattern so far may have reached at once, so that no pattern takes long.
bool name_matches(std::string_view pattern, std::string_view name) {
  std::vector<bool> reached(name.size() + 1);
  reached[0] = true;
  for (std::size_t p = 0; p < pattern.size(); ++p) {
    if (pattern[p] == '*') {
      const bool any_component = p + 1 < pattern.size() && pattern[p + 1] == '*';
      if (any_component) ++p;
      for (std::size_t n = 0; n < name.size(); ++n)
        if (reached[n] && (any_component || name[n] != '.')) reached[n + 1] = true;
    } else {
      for (std::size_t n = name.size(); n > 0; --n)
        reached[n] = reached[n - 1] && name[n - 1] == pattern[p];
      reached[0] = false;
    }
  }
  return reached[name.size()];
}

}  // namespace doorbell::explore
