#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "tests/sw/decoded_command.h"
#include "tests/sw/fake_hardware.h"

namespace doorbell::sw {

/// The registers and the command queue of an SMMU as software sees them: registers that remember,
/// CR0 and IRQ_CTRL that are acknowledged, commands that are decoded as the model decodes them, by
/// what the identification registers offer. What is illegal stops the queue and is counted.
class FakeSmmu {
 public:
  using Words = DecodedCommand::Words;

  FakeSmmu(FakeHardware& hardware, std::uint64_t base);

  std::uint64_t& operator[](unsigned offset) { return registers_[offset]; }

  std::vector<Words> commands;  ///< carried out, CMD_SYNCs apart
  unsigned syncs = 0;
  unsigned illegal = 0;  ///< commands that were refused because they can't be decoded
  unsigned unclean = 0;  ///< commands with something in fields that they don't have
  unsigned publications = 0;
  unsigned consumer_reads = 0;  ///< of SMMU_CMDQ_CONS
  unsigned events = 0;          ///< WFE wake-up events sent
  unsigned refused_opcode = 0;  ///< refused whatever it says; 0: none
  /// CMD_ATC_INVs to come that no device answers: the CMD_SYNC behind one fails, once (7.1).
  unsigned unanswered_invalidations = 0;
  bool acknowledges = true;
  bool messages_are_late = false;  ///< a CMD_SYNC's message is written by deliver()
  bool runs = true;                ///< carries commands out as they are published; else in step()
  /// GERROR's interrupt: called when an error is raised while it is enabled.
  std::function<void()> on_global_error;
  std::function<void()> on_command;  ///< Called as one is carried out.

  std::vector<Words> take_commands() { return std::exchange(commands, {}); }
  /// Writes the messages that are late.
  void deliver();
  /// Carries one command out. False when there is none, or an error is active.
  bool step();
  /// Carries out what there is.
  void run() {
    while (step()) {
    }
  }
  DecodedCommand::Offer offer() const;

 private:
  std::uint64_t read(std::uint64_t offset);
  void write(std::uint64_t offset, std::uint64_t value);
  void stop(std::uint64_t error);
  bool fails(const DecodedCommand& command, const Words& words);
  void complete(const DecodedCommand& sync);
  std::uint64_t value(unsigned offset) const;

  FakeHardware& hardware_;
  std::vector<DecodedCommand> late_;
  bool sync_fails_ = false;  ///< the next one
  std::map<std::uint64_t, std::uint64_t> registers_;
};

}  // namespace doorbell::sw
