#pragma once

#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "doorbell/core/arch/scheduler.h"
#include "doorbell/core/arch/task_group.h"
#include "doorbell/core/arch/wait_primitives.h"
#include "platforms/replay/engine.h"

namespace doorbell::replay::test {

using trace::Stream;

/// Functions, an SMMU with a TLB, interrupts and processors, all with random latencies, that note
/// what the architecture forbids: a use of an unmapped page, a stale translation, an unmap or a
/// handler before its time.
class Machine : public DeviceSide, public ProcessorSide {
 public:
  Machine(Scheduler& scheduler, std::uint64_t seed)
      : scheduler_(scheduler), random_(seed), tasks_(scheduler) {}
  void connect(Engine& engine);

  Task<bool> read(const trace::Access& access) override;
  Task<bool> write(const trace::Access& access) override;
  Task<Signalled> signal(const trace::Msi& msi) override;
  Task<bool> perform(const trace::Record& record) override;
  Task<bool> flush(unsigned cpu, Stream stream) override;

  /// For traces whose completions are all announced by interrupts of their own.
  void check_handlers() { checks_handlers_ = true; }
  /// What went wrong first.
  const std::string& failure() const { return failure_; }
  std::uint64_t overlapping() const { return overlapping_; }

 private:
  using Page = std::pair<Stream, std::uint64_t>;
  struct StreamState {
    explicit StreamState(Scheduler& scheduler) : changed(scheduler) {}
    std::uint64_t handed = 0;    // posted, in order
    std::uint64_t observed = 0;  // likewise
    std::uint64_t taken = 0;
    std::uint64_t handled = 0;
    Condition changed;
  };

  Delay pause(Time most) { return Delay{scheduler_, 1 + random_() % most}; }
  StreamState& state(Stream stream) {
    return streams_.try_emplace(stream, scheduler_).first->second;
  }
  Task<void> translate(Stream stream, std::uint64_t iova);
  Task<void> deliver(Stream stream, std::uint64_t iova, std::uint64_t place);
  Task<void> interrupt(trace::Msi msi, std::uint64_t place);
  void map(const trace::Map& map);
  void unmap(const trace::Unmap& unmap);
  void issue(const trace::Record& record, const trace::SmmuCommand& command);
  void invalidate(const trace::SmmuCommand& command);
  void fail(const std::string& what) {
    if (failure_.empty()) failure_ = what;
  }

  Scheduler& scheduler_;
  std::mt19937_64 random_;
  Engine* engine_ = nullptr;
  std::map<Stream, std::uint32_t> asids_;
  std::map<Stream, StreamState> streams_;
  std::map<Page, std::uint64_t> table_;  // to the number of the map
  std::map<Page, std::uint64_t> tlb_;
  std::multiset<Page> in_flight_;
  std::map<std::uint32_t, std::vector<trace::SmmuCommand>> queued_;  // by processor
  std::set<std::pair<Stream, std::uint32_t>> pending_;
  std::set<std::pair<unsigned, bool>> busy_;  // processors, and their handlers
  std::uint64_t maps_ = 0;
  std::uint64_t overlapping_ = 0;  // DMA in flight at most
  bool checks_handlers_ = false;
  std::string failure_;
  TaskGroup tasks_;
};

}  // namespace doorbell::replay::test
