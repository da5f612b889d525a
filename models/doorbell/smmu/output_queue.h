#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "doorbell/core/arch/registers.h"
#include "doorbell/core/arch/task.h"
#include "doorbell/core/arch/wait_primitives.h"
#include "doorbell/core/memory_port.h"
#include "doorbell/smmu/arch/queue.h"
#include "doorbell/smmu/arch/registers.h"
#include "doorbell/smmu/interrupts.h"

namespace doorbell::smmu {

/// A queue that the SMMU writes and software reads (IHI 0070 3.5): records are committed in the
/// order of what they tell, written one after the other, and then published by PROD. What makes a
/// record, and what becomes of one that finds no room, is for the queues that stand on this.
class OutputQueue {
 public:
  /// Which queue it is.
  struct Kind {
    std::string registers;  ///< What its registers' names begin with: "SMMU_EVENTQ".
    BitField enable;        ///< Of SMMU_CR0.
    GlobalError aborted;    ///< A write to it was answered with an error.
    unsigned log2_record_bytes;
    unsigned max_log2_size;  ///< As SMMU_IDR1 has it.
    unsigned output_address_bits;
  };
  static constexpr std::size_t largest_record = 4;  ///< Doublewords.
  using Record = std::array<std::uint64_t, largest_record>;

  OutputQueue(Scheduler& scheduler, RegisterBank& registers, MemoryPort& memory,
              Interrupts& interrupts, const Kind& kind);
  virtual ~OutputQueue() = default;

  /// Records committed so far, and waiting until that many have become visible (or have aborted).
  std::uint64_t committed() const { return committed_; }
  Task<void> visible(std::uint64_t count);
  /// Waits until nothing is on its way to memory: for the queue's enable = 0, from whose writing on
  /// nothing more is committed.
  Task<void> idle() { return visible(committed_); }
  /// Records that were committed and that software can't see yet.
  std::uint64_t on_the_way() const { return committed_ - written_; }

  /// The queue as its BASE register describes it.
  QueueLayout layout() const;

  /// The task that writes.
  Task<void> run();

 protected:
  bool enabled() const { return kind_.enable.test(cr0_.get() & cr0ack_.get()); }
  /// An abort is told and not acknowledged.
  bool aborted() const { return interrupts_.active(kind_.aborted); }
  /// With what is on its way.
  bool full() const;
  /// An overflow is told and not acknowledged, or is about to be told.
  bool overflowed() const;
  /// Records that software hasn't consumed.
  std::uint32_t used() const;
  /// Of a queue that has room.
  void commit(const Record& record);
  /// Shows an overflow once the records before it are visible, unless one is shown (7.4).
  void overflow();
  Interrupts& interrupts() { return interrupts_; }

 private:
  /// A record is visible, or was lost to an abort, of which SMMU_GERROR tells.
  virtual void written(const Record& record, bool ok, bool was_empty) = 0;
  /// Software sees an overflow, since now or since longer.
  virtual void overflow_shown() {}

  void publish();

  Kind kind_;
  RegisterBank::Handle cr0_, cr0ack_, base_, prod_, cons_;
  MemoryPort& memory_;
  Interrupts& interrupts_;
  Mailbox<Record> records_;
  Condition written_changed_;
  std::uint64_t committed_ = 0;
  std::uint64_t written_ = 0;
  bool overflow_ = false;  // to be shown once the records before it are visible
};

}  // namespace doorbell::smmu
