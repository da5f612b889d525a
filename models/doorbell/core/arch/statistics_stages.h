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

/// Count, maximum and sum of a time, in picoseconds.
struct TimeSummary {
  std::uint64_t count = 0;
  // Between the two that always change: GCC would pack neighbours into a vector to add to them.
  std::uint64_t maximum = 0;
  std::uint64_t sum = 0;
};

/// Waiting and service of one stage.
struct StageHistograms {
  Histogram waiting;
  Histogram service;
};

/// Where the time of all MSIs went: by stage, in total, by stream and by vector. What is kept of a
/// few streams stays in the host's caches and is added to at once. With more of them an MSI goes to
/// a log, which is settled, a batch at a time, in the order of the streams, so that thousands of
/// streams and tens of thousands of vectors cost hardly more than one. Nothing is allocated once
/// the vectors and their range of times have been seen.
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
    std::span<const TimeSummary> stages;
    const CompactHistogram& end_to_end;
  };

  /// No stage may be added to `graph` after the first MSI has been recorded (std::logic_error).
  explicit StageStatistics(const StageGraph& graph) : graph_(&graph) {}
  StageStatistics(const StageStatistics&) = delete;
  StageStatistics& operator=(const StageStatistics&) = delete;

  /// One MSI that has come to the end of its road. A stage may occur several times; a time is below
  /// 2^56 ps.
  void record(const MessageIdentity& identity, std::span<const StageSample> samples,
              Time end_to_end);

  /// Forgets what was recorded, not who was seen.
  void reset();

  const StageGraph& graph() const { return *graph_; }
  /// All streams merged.
  Stream total();
  /// By StreamID.
  std::map<std::uint32_t, const Stream*> streams();
  /// By DeviceID, then EventID. Valid until the next MSI is recorded.
  std::vector<Vector> vectors();

 private:
  struct VectorEntry {
    std::uint64_t key;  ///< DeviceID, EventID.
    CompactHistogram end_to_end;
  };
  static constexpr std::uint32_t no_stream = ~std::uint32_t{0};
  /// A place of the hash table: open addressing over a power of two, at most half full.
  struct Slot {
    std::uint64_t key = 0;
    std::uint32_t vector = 0;  ///< 0 is free, n is vectors_[n - 1].
    std::uint32_t stream_id = 0;
    std::uint32_t stream = no_stream;  ///< Number of the stream that the vector last came by.
  };
  /// A message of the log, found: where it is and whose.
  struct Logged {
    std::uint32_t word;
    std::uint32_t vector;
    std::uint32_t stream;
  };

  /// Up to how many streams are added to at once.
  static constexpr std::size_t few_streams = 16;

  void add_at_once(const MessageIdentity& identity, std::span<const StageSample> samples,
                   Time end_to_end);
  void log(const MessageIdentity& identity, std::span<const StageSample> samples, Time end_to_end);
  static void add_sample(StageHistograms& stage, TimeSummary& summary, Time waiting, Time service);
  std::size_t batch() const;
  void settle();
  void find_owners();
  void order_by_stream();
  void prefetch_objects(std::size_t position) const;
  void prefetch_buckets(std::size_t position) const;
  bool starts_a_stream(std::size_t position) const;
  void settle_one(const Logged& logged);
  const Slot& owner_of(std::uint64_t key, std::uint32_t stream_id);
  Slot& add_vector(std::uint64_t key);
  std::uint32_t stream_of(std::uint32_t id);
  /// The slot of `key`, or the free one where it belongs.
  std::size_t slot_of(std::uint64_t key) const;
  void grow();

  const StageGraph* graph_;
  std::size_t stages_ = 0;                                 ///< Of the graph, once it is frozen.
  std::map<std::uint32_t, std::uint32_t> stream_numbers_;  ///< By StreamID, into streams_.
  std::vector<Stream> streams_;
  std::vector<VectorEntry> vectors_;
  std::vector<TimeSummary> summaries_;  ///< Of vector n, from n times the number of stages.
  std::vector<Slot> slots_ = std::vector<Slot>(16);
  /// Of each message: StreamID and number of samples, DeviceID and EventID, time; two words a
  /// sample.
  std::vector<std::uint64_t> log_;
  std::vector<Logged> logged_, ordered_;
  std::vector<std::uint32_t> starts_;  ///< Of each stream in `ordered_`.
};

}  // namespace doorbell
