#pragma once

#include <array>
#include <memory>
#include <optional>

#include "doorbell/core/arch/clock.h"
#include "doorbell/core/arch/registers.h"
#include "doorbell/core/arch/statistics_kinds.h"
#include "doorbell/core/arch/task.h"
#include "doorbell/core/arch/wait_primitives.h"
#include "doorbell/core/memory_port.h"
#include "doorbell/smmu/arch/command.h"
#include "doorbell/smmu/arch/parameters.h"
#include "doorbell/smmu/arch/queue.h"
#include "doorbell/smmu/arch/stall_table.h"
#include "doorbell/smmu/interrupts.h"

namespace doorbell::smmu {

/// What commands, and Updates of registers, do beside taking time.
class CommandActions {
 public:
  virtual ~CommandActions() = default;
  /// Removes from the TCU's caches and tells the TBUs, without waiting for them.
  virtual Task<void> invalidate(const Invalidation& invalidation) = 0;
  /// Starts to fetch the configuration of a stream, and the translation of an address.
  virtual void prefetch(const Stream& stream, std::optional<std::uint64_t> address) = 0;
  /// Ends stalls, where there are some (4.7.1, 4.7.2).
  virtual void resume(std::uint32_t stream_id, std::uint16_t stag, StallEnd how) = 0;
  virtual void terminate_stalls(std::uint32_t stream_id) = 0;
  /// Waits for all that a CMD_SYNC guarantees (IHI 0070 4.7.3). False if an ATC didn't answer:
  /// CERROR_ATC_INV_SYNC.
  virtual Task<bool> synchronise() = 0;
  /// Sends CMD_ATC_INV to its ATC (4.5.1).
  virtual Task<void> invalidate_atc(const Command& command) = 0;
  /// Sends CMD_PRI_RESP to its ATC (4.5.2).
  virtual void respond(const Command& command) = 0;
  /// Waits until TBUs keep and use no answer that was given before: SMMUEN or SMMU_GBPA has
  /// changed.
  virtual Task<void> leave_regime() = 0;
};

/// Consumes the Command queue in order (IHI 0070 chapter 4): a few commands are fetched at a time,
/// each takes time, and SMMU_CMDQ_CONS passes a CMD_SYNC when all before it is complete. An error
/// stops consumption until software acknowledges it in SMMU_GERRORN (7.1); the commands are then
/// fetched anew.
class CommandProcessor {
 public:
  CommandProcessor(Scheduler& scheduler, const Clock& clock, const StatisticsGroup& group,
                   const SmmuParameters& parameters, RegisterBank& registers, MemoryPort& memory,
                   Interrupts& interrupts, CommandActions& actions);

  /// Something has changed: SMMU_CMDQ_PROD, SMMU_GERRORN or CMDQEN.
  void notify() { changed_.notify_all(); }
  /// The task that consumes.
  Task<void> run();
  /// Waits until no command is in progress: for CMDQEN = 0.
  Task<void> idle();
  /// Commands are being carried out, or are to be.
  bool busy() const { return busy_.count() != 0 || ready(); }
  /// The queue as SMMU_CMDQ_BASE describes it.
  QueueLayout layout() const;

 private:
  static constexpr unsigned largest_fetch = 64;

  bool ready() const;
  Task<unsigned> fetch();
  Task<void> execute_batch(unsigned count);
  Task<CommandError> execute(const CommandWords& words);
  void fail(CommandError error);
  void consume();

  // What commands do (command_actions.cpp).
  Task<CommandError> carry_out(Command command);
  Task<void> prefetch(const Command& command);
  Task<void> invalidate(const Command& command);
  Task<void> invalidate_atc(const Command& command);
  Task<void> respond(const Command& command);
  Task<CommandError> synchronise(const Command& command);

  Scheduler& scheduler_;
  const Clock& clock_;
  TcuParameters parameters_;
  OverInvalidation over_invalidate_;
  Features features_;
  RegisterBank::Handle cr0_, cr0ack_, cr2_, base_, prod_, cons_;
  MemoryPort& memory_;
  Interrupts& interrupts_;
  CommandActions& actions_;
  Condition changed_;
  Outstanding busy_;
  std::array<std::uint8_t, largest_fetch << log2_command_bytes> bytes_;
  Counter invalidations_;
  Counter syncs_;
  Counter prefetches_;
  std::unique_ptr<Counter> responses_;  ///< Null where none are offered.
  Counter errors_;
  Gauge used_;
  ServerStatistics server_;
  HistogramStatistics sync_time_;
};

}  // namespace doorbell::smmu
