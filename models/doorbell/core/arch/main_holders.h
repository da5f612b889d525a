#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "doorbell/core/arch/time.h"

namespace doorbell {

/// Which numbers (pages, streams, INTIDs) hold others up for the longest, out of any number of
/// them and in bounded memory (the space-saving algorithm of Metwally, Agrawal and El Abbadi,
/// 2005). A number that holds up for more than 1/`capacity` of the whole time is among them; for
/// how long is known up to an error that is kept with it.
class MainHolders {
 public:
  static constexpr std::size_t capacity = 16;

  struct Entry {
    std::uint64_t id;
    Time time;   ///< No less than it was.
    Time error;  ///< It may be too much by this.
    /// Surely its own.
    Time certain() const { return time - error; }
  };

  void add(std::uint64_t id, Time time);

  /// By the time that is certain, the longest first; then by number. Those of which nothing is
  /// certain are left out.
  std::vector<Entry> in_order() const;

 private:
  std::size_t place_of(std::uint64_t id);

  std::vector<Entry> entries_;
  /// Where a number with these low bits was found last: most often it is there again.
  std::array<std::uint8_t, 64> guess_{};
};

}  // namespace doorbell
