#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "traces/format/writer.h"
#include "traces/import/import.h"

namespace doorbell::trace {

struct Item;
using ItemPtr = std::shared_ptr<Item>;

/// As Dependency, between records that have no number yet.
struct ItemRange {
  ItemPtr first;
  ItemPtr last;
};

/// A record on its way to the trace. It gets its number when it leaves the window.
struct Item {
  Record record;
  std::vector<ItemRange> after;
  std::uint64_t slot = 0;
  bool inserted = false;            ///< placed before the row of its slot
  std::uint32_t open_commands = 0;  ///< of a Submit: fetched and not yet handled
  bool closed = false;              ///< of a Submit: counted in a Handle's `closes`

  void depend_on(const ItemPtr& other) {
    if (other) after.push_back({other, other});
  }
  void depend_on(const ItemPtr& first, const ItemPtr& last) {
    if (first && last) after.push_back({first, last});
  }
  /// The first slot in front of which something that comes after this can be inserted.
  std::uint64_t next_slot() const { return inserted ? slot : slot + 1; }
};

/// The last rows of the recording, one slot each, so that records can still be inserted before an
/// earlier row.
class Window {
 public:
  Window(Writer& writer, std::size_t capacity) : writer_(writer), capacity_(capacity) {}

  /// Starts the slot of the next row. The oldest slot leaves when the window is full.
  void open_slot(std::uint64_t time_us);
  /// The slot of the present row, and the oldest that can still be inserted before.
  std::uint64_t current() const { return first_ + slots_.size() - 1; }
  std::uint64_t first() const { return first_; }

  /// Adds a record to the present row.
  ItemPtr append(std::uint32_t cpu, Operation operation);
  /// Inserts a record before the row of a slot, after those inserted there already.
  ItemPtr insert_before(std::uint64_t slot, std::uint32_t cpu, Operation operation);
  /// What was last inserted before the row of a slot, if anything.
  ItemPtr last_before(std::uint64_t slot) const;

  /// The last CMD_SYNC that has left the window.
  const ItemPtr& last_sync() const { return last_sync_; }
  /// Writes all that is left.
  void flush();
  /// What was written, by kind and stream.
  const Summary& written() const { return written_; }
  const std::map<Stream, StreamSummary>& streams() const { return streams_; }

 private:
  struct Slot {
    std::uint64_t time_us;
    std::vector<ItemPtr> before;
    std::vector<ItemPtr> items;
  };
  ItemPtr make(std::uint64_t slot, std::uint32_t cpu, Operation operation) const;
  void emit_front();
  void emit(const ItemPtr& item);
  void count(const Operation& operation);

  Writer& writer_;
  std::size_t capacity_;
  std::deque<Slot> slots_;
  std::uint64_t first_ = 0;
  ItemPtr last_sync_;
  Summary written_;
  std::map<Stream, StreamSummary> streams_;
};

}  // namespace doorbell::trace
