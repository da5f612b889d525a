#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "doorbell/core/arch/journey.h"
#include "doorbell/core/arch/main_holders.h"

namespace doorbell {

/// What MSIs spend time on: in a stage, waiting or served, at a resource, because of a kind of
/// holder. Texts are compared by what they say.
struct Cause {
  StageId stage;
  bool waiting;
  std::string_view resource;  ///< May be empty.
  std::string_view holder;    ///< `Holder::what`; may be empty.

  bool operator==(const Cause&) const = default;
};

/// How often, and for how long in all.
struct Amount {
  std::uint64_t count = 0;
  Time time = 0;

  Amount& operator+=(const Amount& other) {
    count += other.count;
    time += other.time;
    return *this;
  }
};

/// Adds up what MSIs spend their time on, apart for those that were slower than the median and for
/// the others. The median is known only at the end, so sums are kept by end-to-end latency in
/// buckets of 1/32 of a power of two; the median's bucket belongs to the others. All sums are
/// exact, and memory is bounded by buckets times causes, however many MSIs there are.
class Causes {
 public:
  /// One MSI, with the spans of its whole road.
  void add(const Journey& journey);

  struct Part {
    Cause cause;
    Amount typical;                           ///< Stretches in MSIs up to the median's bucket.
    Amount slow;                              ///< Stretches in those above it.
    std::vector<MainHolders::Entry> holders;  ///< Of all MSIs.
  };
  struct Split {
    Time limit = 0;  ///< MSIs of this latency or more are slow.
    Amount typical;  ///< MSIs, and their end-to-end latency.
    Amount slow;
    /// Of every cause: the times of `typical` and `slow` add up to those above. In the order of how
    /// much more it takes in slow MSIs than in as many typical ones, the most first.
    std::vector<Part> parts;
  };
  Split split() const;

 private:
  struct Row {
    Amount whole;
    std::vector<Amount> of_cause;  ///< May be shorter than causes_.
  };
  struct Known {
    Cause cause;
    MainHolders holders;
    std::size_t next = 0;  ///< The place in slots_ of what came after it the last time.
  };
  /// A place of the hash table, by the addresses of the texts.
  struct Slot {
    const char* resource = nullptr;
    const char* holder = nullptr;
    std::uint32_t stage_and_waiting = 0;
    std::uint32_t number = 0;  ///< 0 is free, n is causes_[n - 1].

    bool is(const JourneySpan& span, std::uint32_t stage) const {
      return resource == span.resource && holder == span.holder.what && stage_and_waiting == stage;
    }
  };

  std::size_t number_of(const JourneySpan& span);
  std::size_t place_of(const JourneySpan& span, std::uint32_t stage_and_waiting);
  std::size_t number_of(const Cause& cause);
  void grow();
  std::size_t median_row() const;

  std::vector<Row> rows_;  ///< By bucket.
  std::vector<Known> causes_;
  std::vector<Slot> slots_ = std::vector<Slot>(256);  ///< A power of two, at most half full.
  std::size_t taken_ = 0;
  std::size_t latest_ = 0;  ///< The cause of the span before, in causes_.
};

}  // namespace doorbell
