#include "platforms/console/escape_keys.h"

#include <utility>

namespace doorbell::console {

EscapeKeys::Meaning EscapeKeys::meaning_of(std::uint8_t& key) {
  if (!std::exchange(after_escape_, false)) {
    after_escape_ = key == escape;
    return after_escape_ ? Meaning::nothing : Meaning::typed;
  }
  switch (key) {
    case 'x':
      return Meaning::end;
    case 'h':
    case '?':
      return Meaning::help;
    case 'a':
    case escape:
      key = escape;
      return Meaning::typed;
    default:
      return Meaning::nothing;
  }
}

}  // namespace doorbell::console
