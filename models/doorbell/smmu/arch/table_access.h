#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "doorbell/core/arch/exchanged.h"
#include "doorbell/core/arch/task.h"
#include "doorbell/smmu/arch/configuration_cache.h"
#include "doorbell/smmu/arch/fault.h"
#include "doorbell/smmu/arch/global_configuration.h"
#include "doorbell/smmu/arch/walk_cache.h"

namespace doorbell::smmu {

/// How a walk ended.
struct WalkResult {
  Fault fault;
  Leaf leaf;  ///< Of a walk without a fault.
};

/// How a walk begins: at a table, or with what is known already.
struct WalkStart {
  bool finished = false;
  WalkPosition position;  ///< The table to be read first.
  WalkResult result;      ///< If finished.
};

/// What is read from tables in memory.
enum class TablePurpose : std::uint8_t {
  level_1_stream_table_descriptor,
  stream_table_entry,
  level_1_context_descriptor,
  context_descriptor,
  stage1_descriptor,
  stage2_descriptor,
};

/// How walks and look-ups of configurations reach what is in memory and what is cached of it. They
/// are the same for a transaction, which takes time and meets caches, walkers and others' walks,
/// for a debugger, and for tests.
///
/// A tag says of which stage a walk is: `Stages::stage2`, or of stage 1, by itself or with stage 2
/// below it, which is asked for the address of every table. So one walk of stage 2 may go on inside
/// one of stage 1, no more.
class TableAccess {
 public:
  virtual ~TableAccess() = default;

  /// The configuration of a stream: one that is known, or what `fetch_configuration` reads.
  virtual Task<Fault> find_configuration(const GlobalConfiguration& global, const Stream& stream,
                                         StreamConfiguration& result) = 0;
  /// A level-1 descriptor of a table of two levels, as `fetch_configuration` needs it: one that is
  /// known, or nothing.
  virtual std::optional<std::uint64_t> find_descriptor(const LevelOneDescriptor&) { return {}; }
  /// And one that has been read. `valid`: there is a table behind it.
  virtual void keep_descriptor(const LevelOneDescriptor&, std::uint64_t /*word*/, bool /*valid*/) {}
  /// Begins a walk that would read the table at `first`. One that isn't finished is ended by
  /// `finish`. A leaf that is writable-clean serves no write: that is to read its descriptor.
  virtual Task<WalkStart> start(const TranslationTag& tag, std::uint64_t address,
                                const WalkPosition& first, const Access& access) = 0;
  /// Whether a leaf that has been read overlaps one of another size that is cached, which is a TLB
  /// conflict where software must not let that happen (IDR3.BBML = 1, IHI 0070 3.21.1.2).
  virtual bool conflicts(const TranslationTag&, std::uint64_t /*address*/, const Leaf&) {
    return false;
  }
  /// A valid descriptor of `level` has been read.
  virtual void keep(const TranslationTag& tag, std::uint64_t address, unsigned level,
                    const CachedStep& step) = 0;
  /// `reads`: of this stage's descriptors. `last`: the translation needs no walk after this one.
  virtual void finish(const TranslationTag& tag, const WalkResult& result, unsigned reads,
                      bool last) = 0;
  /// Fills `data` from a physical address; false when that is answered with an error. `level` is
  /// that of a descriptor of translation tables.
  virtual Task<bool> read(TablePurpose purpose, unsigned level, std::uint64_t address,
                          std::span<std::uint8_t> data) = 0;
  /// Replaces the descriptor of `level` at a physical address if it is what is expected: atomically
  /// against everybody else's writes.
  virtual Task<Exchanged> exchange(TablePurpose purpose, unsigned level, std::uint64_t address,
                                   std::uint64_t expected, std::uint64_t desired) = 0;
};

}  // namespace doorbell::smmu
