#pragma once

#include <memory>
#include <vector>

#include "doorbell/core/arch/clock.h"
#include "doorbell/core/initiator_socket.h"
#include "doorbell/core/message_socket.h"
#include "doorbell/core/register_socket.h"
#include "doorbell/gic/gic_message.h"
#include "doorbell/gic/its_commands.h"

namespace doorbell::gic {

/// The Interrupt Translation Service: turns a write of GITS_TRANSLATER, with the DeviceID of its
/// Requester, into an LPI of a redistributor (IHI 0069, chapter 5).
///
/// A doorbell takes an entry of a bounded buffer and is answered then; it passes a pipeline that
/// looks in the caches, reads tables when they miss, and leaves as a message for which the
/// redistributor has given a credit. When the buffer is full, GITS_TRANSLATER isn't accepted. The
/// control frame, the command queue and the table accesses have ways of their own and go on
/// meanwhile.
class Its : public Module, private RedistributorLinks {
 public:
  /// `lpi_caches`: whose the redistributors' LPI caches are; `redistributors`: the physical address
  /// of each processor's; `distance`: what its messages and table accesses take more.
  Its(const sc_core::sc_module_name& name, const GicCommonParameters& common,
      const ItsParameters& parameters, LpiCacheScope lpi_caches,
      const std::vector<std::uint64_t>& redistributors, Time distance = 0);

  RegisterSocket control;   ///< the GITS control frame, 64 KiB; addresses are taken modulo that
  TargetSocket translater;  ///< the translation frame with GITS_TRANSLATER, 64 KiB
  InitiatorSocket memory;   ///< tables and the command queue, physical addresses
  /// To the redistributor that RDbase calls `processor`.
  MessageInitiator<GicMessage>& redistributor(unsigned processor) { return *links_[processor]; }

  ItsStatistics& counters() { return counters_; }
  ItsRegisters& registers() { return registers_; }

  void save(StateWriter& state) const override;
  void restore(StateReader& state) override;

  std::string busy() const override;
  void settle() override;

 private:
  /// A doorbell that was accepted.
  struct Msi {
    std::uint32_t DeviceID;
    std::uint32_t EventID;
    JourneyHandle journey;
    Time accepted;
  };

  Task<void> accept(Payload& payload);
  Task<void> accept_in_turn(Payload& payload, Requester& requester, Msi msi);
  void take_over(Payload& payload, Requester& requester, Msi msi, Slot entry);
  Task<void> translate(Msi msi, Slot entry);
  /// Who waits for the entry of the buffer waits for the redistributor then.
  Task<void> wait_for(Credits& credits, std::uint32_t processor, const Msi& msi, Slot& entry);
  void drop(const Msi& msi, ItsError error);
  Task<void> send(std::uint32_t processor, gic_message::Request request) override;
  void refuse(Payload& payload, Counter& counter, tlm::tlm_response_status status);

  ItsParameters parameters_;
  Clock clock_;
  Time link_latency_;
  StageId stage_;
  ItsRegisters registers_;
  PhysicalMemoryPort memory_port_;
  TablePort port_;
  ItsStatistics counters_;
  ItsTranslator translator_;
  Barrier translations_;  ///< looked up and not yet sent
  Slots buffer_;
  Slots pipeline_;
  std::vector<std::unique_ptr<MessageInitiator<GicMessage>>> links_;
  ItsCommands commands_;
  TaskGroup tasks_;
};

}  // namespace doorbell::gic
