#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "doorbell/smmu/arch/access.h"

namespace doorbell::smmu {

/// How a stalled transaction goes on: as if it had just arrived, or it ends with an abort or RAZ/WI
/// (IHI 0070 4.7.1).
enum class StallEnd : std::uint8_t { retry, abort, raz_wi };

/// The transactions that are stalled (IHI 0070 3.12.2), each from its fault until software or the
/// SMMU ends the stall. Each is one of three: with a record in the Event queue that names its STAG;
/// suppressed, as the record of an earlier one stands for it (3.12.2.1); or without a record, as
/// none could be written, until it is retried.
///
/// Each has a place from its first stall until it leaves the SMMU, so that one that is retried and
/// stalls again never finds the places taken by others.
class StallTable {
 public:
  /// Of a place.
  using Index = std::uint32_t;

  /// What is known of a stalled transaction.
  struct Stall {
    Stream stream;
    std::uint64_t address = 0;  ///< Input address, bytes.
    Access access;
  };
  /// A stall that has ended.
  struct Ended {
    Index index = 0;
    StallEnd how = StallEnd::abort;
  };

  /// `stall_max`: records that may wait for their answers at a time (IDR5.STALL_MAX). `stallable`:
  /// the places of each TBU.
  StallTable(unsigned stall_max, std::vector<std::uint32_t> stallable);

  /// A place for a transaction of that TBU; nothing when all are taken.
  std::optional<Index> take_place(unsigned tbu);
  /// The transaction isn't stalled and won't be any more.
  void give_back(Index index);
  /// The transaction stalls: suppressed if one with a record is after the same page in the same way
  /// (3.12.2.1), else without a record.
  void begin(Index index, const Stall& stall);
  /// Gives a stall without a record a STAG for one; nothing when there are STALL_MAX already.
  std::optional<std::uint16_t> give_tag(Index index);

  bool suppressed(Index index) const { return entries_[index].state == State::suppressed; }
  /// Whose record stands for one that is suppressed.
  std::uint16_t tag_of_first(Index index) const { return entries_[entries_[index].first].stag; }
  bool has_tag() const { return !free_tags_.empty(); }
  /// How many are stalled.
  std::size_t count() const { return stalled_.size(); }

  // What ends stalls says which, in the order in which they began.

  /// CMD_RESUME: ends the stall that has this STAG, if it is of the stream, and lets those that are
  /// suppressed by it be retried. The STAG is free again.
  std::vector<Ended> resume(std::uint32_t stream_id, std::uint16_t stag, StallEnd how);
  /// CMD_STALL_TERM: ends all stalls of a stream with an abort.
  std::vector<Ended> terminate(std::uint32_t stream_id);
  /// SMMUEN = 0: ends all with an abort (6.3.9.6).
  std::vector<Ended> terminate_all();
  /// Lets those without a record be retried: one may be written now.
  std::vector<Ended> retry_unrecorded();

  /// Forgets in which order STAGs were given back, while nothing is stalled.
  void settle();

 private:
  enum class State : std::uint8_t { unrecorded, recorded, suppressed };
  struct Entry {
    unsigned tbu = 0;
    State state = State::unrecorded;
    Stall stall;
    std::uint16_t stag = 0;  ///< If recorded
    Index first = 0;         ///< If suppressed: whose record stands for it.
  };

  /// `ending`: how a stall ends, or nothing.
  template <class Ending>
  std::vector<Ended> end_some(Ending ending);
  void give_tag_back(Index index);

  std::vector<std::uint32_t> places_of_;  ///< Of each TBU, free ones.
  std::vector<Entry> entries_;
  std::vector<Index> free_;
  std::vector<Index> stalled_;  ///< In the order in which they began.
  std::vector<std::optional<Index>> holder_of_tag_;
  std::deque<std::uint16_t> free_tags_;  ///< That which was used longest ago is given first.
};

}  // namespace doorbell::smmu
