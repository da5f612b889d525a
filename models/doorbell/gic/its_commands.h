#pragma once

#include <cstdint>
#include <vector>

#include "doorbell/core/arch/clock.h"
#include "doorbell/gic/arch/its_registers.h"
#include "doorbell/gic/gic_message.h"
#include "doorbell/gic/its_statistics.h"
#include "doorbell/gic/its_translator.h"

namespace doorbell::gic {

/// How the ITS reaches its redistributors, in order for each.
class RedistributorLinks {
 public:
  virtual ~RedistributorLinks() = default;
  /// Sends a message, once a credit of its class is there.
  virtual Task<void> send(std::uint32_t processor, gic_message::Request request) = 0;
};

/// Processes the command queue of an ITS, one command after the other (IHI 0069, 5.3). A command
/// has taken effect in the ITS when GITS_CREADR passes it, and everywhere when a SYNC behind it
/// has.
class ItsCommands {
 public:
  /// `lpi_caches`: whose the LPI caches are, and so where an invalidation must go.
  ItsCommands(Scheduler& scheduler, const Clock& clock, const ItsParameters& parameters,
              LpiCacheScope lpi_caches, ItsRegisters& registers, ItsTranslator& translator,
              TablePort& port, RedistributorLinks& links, Barrier& translations,
              ItsStatistics& statistics);

  /// The root task: waits for commands and processes them.
  Task<void> run();
  /// There may be something to do.
  void notify() { work_.notify_all(); }
  bool busy() const { return busy_; }
  /// While it isn't: nobody was told to invalidate anything.
  void settle() {
    invalidated_.assign(invalidated_.size(), false);
    token_ = 0;
  }

  /// An answer from a redistributor.
  void acknowledged(const gic_message::Acknowledge& acknowledge);

  /// For a checkpoint (core/arch/state.h).
  template <class Self, class State>
  static void describe(Self& self, State& state) {
    state.values("to_be_synchronised", self.invalidated_);
  }

 private:
  struct Target {
    ItsError error = ItsError::none;
    std::uint32_t INTID = 0;
    std::uint32_t processor = 0;
  };

  Task<void> process_next();
  using Member = Task<ItsError> (ItsCommands::*)(ItsCommand);
  static Member member_of(ItsOpcode opcode);

  // The commands, by what member_of says.
  Task<ItsError> refuse(ItsCommand command);
  Task<ItsError> map_device(ItsCommand command);
  Task<ItsError> map_collection(ItsCommand command);
  Task<ItsError> map_interrupt(ItsCommand command);
  Task<ItsError> move_interrupt(ItsCommand command);
  Task<ItsError> discard(ItsCommand command);
  Task<ItsError> raise(ItsCommand command);
  Task<ItsError> clear(ItsCommand command);
  Task<ItsError> invalidate_interrupt(ItsCommand command);
  Task<ItsError> invalidate_collection(ItsCommand command);
  /// INV, INVALL: to every redistributor whose cache may hold a copy. `target` is where the
  /// interrupts go now; with caches of their own, others may have copies from before.
  Task<void> invalidate(std::uint32_t target, gic_message::Request request);
  Task<ItsError> synchronize(ItsCommand command);
  Task<ItsError> move_all(ItsCommand command);

  /// What an event is mapped to, for commands that name one.
  Task<Target> target_of(std::uint32_t DeviceID, std::uint32_t EventID);
  /// Writes the interrupt translation entry of the command's event.
  Task<ItsError> write_interrupt(ItsCommand command, InterruptEntry entry);
  /// Sends a request and waits for its acknowledgement.
  Task<gic_message::Acknowledge> ask(std::uint32_t processor, gic_message::Request request);

  Scheduler& scheduler_;
  Clock clock_;
  const ItsParameters& parameters_;
  ItsRegisters& registers_;
  ItsTranslator& translator_;
  TablePort& port_;
  RedistributorLinks& links_;
  Barrier& translations_;
  ItsStatistics& statistics_;
  Condition work_;
  Condition answered_;
  bool busy_ = false;
  LpiCacheScope lpi_caches_;
  std::vector<bool> invalidated_;  ///< by processor: told to invalidate, and no SYNC since
  std::uint32_t token_ = 0;
  std::uint32_t awaited_ = 0;  ///< acknowledgements
  gic_message::Acknowledge answer_;
};

}  // namespace doorbell::gic
