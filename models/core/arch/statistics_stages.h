#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "doorbell/core/arch/histogram.h"
#include "doorbell/core/arch/time.h"

namespace doorbell {

/// A stage of an MSI's road, as a small number.
enum class StageId : std::uint8_t {};

/// What a block says of a stage that it is.
struct StageInfo {
  std::string name;       ///< "link", "ordering", "its"; one word, as in every output.
  unsigned order = 0;     ///< Its place in a table; stages of equal order go by name.
  std::string successor;  ///< The stage an MSI usually enters next; empty for the last.
  std::string help;       ///< One line: what is waited for, and what is served.
};

/// All stages of a system, drawn up while it is built: the stage graph.
class StageGraph {
 public:
  static constexpr std::size_t capacity = 64;

  /// The same name gives the same stage, so every instance of a block may add its own.
  StageId add(StageInfo info);
  std::size_t size() const { return stages_.size(); }
  const StageInfo& info(StageId stage) const { return stages_[static_cast<std::size_t>(stage)]; }
  /// Null when there is none of this name.
  const StageInfo* find(std::string_view name) const;
  /// All stages by `order`, then by name.
  std::vector<StageId> in_order() const;
  /// From now on, a stage of a new name is a std::logic_error: what is kept by stage has its size.
  void freeze() const { frozen_ = true; }

 private:
  std::deque<StageInfo> stages_;
  mutable bool frozen_ = false;
};

/// One stage of one MSI: how long it waited for it, and how long it took. Picoseconds.
struct StageSample {
  StageId stage;
  Time waiting;
  Time service;
};

/// Whose MSI it was.
struct MessageIdentity {
  std::uint32_t stream;  ///< StreamID.
  std::uint32_t device;  ///< DeviceID.
  std::uint32_t event;   ///< EventID.
};

/// Count, sum and maximum of a time, in picoseconds.
struct TimeSummary {
  std::uint64_t count = 0;
  std::uint64_t sum = 0;
  std::uint64_t maximum = 0;
};

/// Waiting and service of one stage.
struct StageHistograms {
  Histogram waiting;
  Histogram service;
};

/// Where the time of all MSIs went: by stage, in total, by stream and by vector. Recording an MSI
/// is one look-up, and allocates nothing once its vector has been seen and the range of its times
/// has.
class StageStatistics {
 public:
  /// What is kept of a stream: histograms by StageId, and the whole road.
  struct Stream {
    std::vector<StageHistograms> stages;
    Histogram end_to_end;
  };
  /// What is kept of a vector: a summary of waiting plus service by StageId, and the whole road.
  struct Vector {
    std::uint32_t device;
    std::uint32_t event;
    Stream* stream;
    std::vector<TimeSummary> stages;
    CompactHistogram end_to_end;
  };

  /// No stage may be added to `graph` after the first MSI has been recorded (std::logic_error).
  explicit StageStatistics(const StageGraph& graph) : graph_(&graph) {}
  StageStatistics(const StageStatistics&) = delete;
  StageStatistics& operator=(const StageStatistics&) = delete;

  /// One MSI that has come to the end of its road. A stage may occur several times.
  void record(const MessageIdentity& identity, std::span<const StageSample> samples,
              Time end_to_end);

  /// Forgets what was recorded, not who was seen.
  void reset();

  const StageGraph& graph() const { return *graph_; }
  /// All streams merged.
  Stream total() const;
  /// By StreamID.
  const std::map<std::uint32_t, Stream>& streams() const { return streams_; }
  /// By DeviceID, then EventID.
  std::vector<const Vector*> vectors() const;

 private:
  Vector& vector_of(const MessageIdentity& identity);
  std::uint32_t add_vector(const MessageIdentity& identity);
  Stream& stream_of(std::uint32_t stream);
  /// The slot of `key`, or the free one where it belongs.
  std::size_t slot_of(std::uint64_t key) const;
  void grow();

  const StageGraph* graph_;
  std::map<std::uint32_t, Stream> streams_;
  std::deque<Vector> vectors_;
  /// Open addressing over a power of two, at most half full.
  struct Slot {
    std::uint64_t key = 0;     ///< DeviceID, EventID.
    std::uint32_t vector = 0;  ///< 0 is free, n is vectors_[n - 1].
    std::uint32_t stream = 0;  ///< The StreamID that vectors_[n - 1].stream is of.
  };
  std::vector<Slot> slots_;
};

}  // namespace doorbell
