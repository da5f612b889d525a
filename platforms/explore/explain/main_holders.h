#pragma once

#include <cstdint>
#include <vector>

#include "doorbell/core/arch/time.h"

namespace doorbell::explore {

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
  std::vector<Entry> entries_;
  std::size_t latest_ = 0;  ///< Most often the next one is the one before.
};

}  // namespace doorbell::explore
