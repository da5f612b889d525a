#pragma once

#include <functional>
#include <optional>
#include <utility>

#include "doorbell/smmu/arch/table_access.h"

namespace doorbell::smmu {

/// Tables as they are in memory, without time and without caches: what a debugger is shown. Its
/// tasks never suspend.
class UntimedAccess : public TableAccess {
 public:
  /// A little-endian doubleword of memory; nothing where there is none.
  using Read = std::function<std::optional<std::uint64_t>(std::uint64_t address)>;

  explicit UntimedAccess(Read read) : read_(std::move(read)) {}

  Task<Fault> find_configuration(const GlobalConfiguration& global, const Stream& stream,
                                 StreamConfiguration& result) override;
  Task<WalkStart> start(const TranslationTag& tag, std::uint64_t address, const WalkPosition& first,
                        const Access& access) override;
  void keep(const TranslationTag&, std::uint64_t, unsigned, const CachedStep&) override {}
  void finish(const TranslationTag&, const WalkResult&, unsigned, bool) override {}
  Task<bool> read(TablePurpose purpose, unsigned level, std::uint64_t address,
                  std::span<std::uint8_t> data) override;
  /// It is as if it had been done.
  Task<Exchanged> exchange(TablePurpose purpose, unsigned level, std::uint64_t address,
                           std::uint64_t expected, std::uint64_t desired) override;

 private:
  Read read_;
};

}  // namespace doorbell::smmu
