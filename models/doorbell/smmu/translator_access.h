#pragma once

#include <optional>

#include "doorbell/core/arch/slots.h"
#include "doorbell/smmu/arch/monitored_events.h"
#include "doorbell/smmu/arch/table_access.h"
#include "doorbell/smmu/configuration_unit.h"
#include "doorbell/smmu/table_walker.h"

namespace doorbell::smmu {

/// How one translation of a TCU reaches tables: through its caches and walkers, from memory, in
/// time.
class TranslatorAccess final : public TableAccess {
 public:
  /// `since`: when it began. `slot`: its place, empty for one that has none. `passive`: the tables'
  /// HA and HD don't count for it; pages that it finds are nothing to others.
  TranslatorAccess(ConfigurationUnit& configurations, TableWalker& walker,
                   MonitoredEvents& monitored, std::uint32_t stream_id,
                   InvalidationLog::Epoch since, Slot& slot, JourneyHandle journey,
                   bool passive = false)
      : configurations_(configurations),
        walker_(walker),
        slot_(slot),
        monitored_(monitored),
        stream_id_(stream_id),
        walk_{.since = since, .journey = journey, .alone = passive} {}
  TranslatorAccess(const TranslatorAccess&) = delete;
  TranslatorAccess& operator=(const TranslatorAccess&) = delete;
  ~TranslatorAccess() { walker_.end(walk_); }

  Task<Fault> find_configuration(const GlobalConfiguration& global, const Stream& stream,
                                 StreamConfiguration& result) override;
  std::optional<std::uint64_t> find_descriptor(const LevelOneDescriptor& which) override;
  void keep_descriptor(const LevelOneDescriptor& which, std::uint64_t word, bool valid) override;
  Task<WalkStart> start(const TranslationTag& tag, std::uint64_t address, const WalkPosition& first,
                        const Access& access) override;
  bool conflicts(const TranslationTag& tag, std::uint64_t address, const Leaf& leaf) override;
  void keep(const TranslationTag& tag, std::uint64_t address, unsigned level,
            const CachedStep& step) override;
  void finish(const TranslationTag& tag, const WalkResult& result, unsigned reads,
              bool last) override;
  Task<bool> read(TablePurpose purpose, unsigned level, std::uint64_t address,
                  std::span<std::uint8_t> data) override;
  Task<Exchanged> exchange(TablePurpose purpose, unsigned level, std::uint64_t address,
                           std::uint64_t expected, std::uint64_t desired) override;

  /// Whether it depended on tables in memory, its own reads or another's.
  Misses misses() const {
    return {.translation = walk_.missed, .configuration = missed_configuration_};
  }

 private:
  ConfigurationUnit& configurations_;
  TableWalker& walker_;
  Slot& slot_;
  MonitoredEvents& monitored_;
  std::uint32_t stream_id_;
  bool missed_configuration_ = false;
  TableWalker::Walk walk_;
};

}  // namespace doorbell::smmu
