#pragma once

#include <functional>

#include "platforms/debugger/machine.h"
#include "platforms/debugger/server.h"
#include "platforms/debugger/session.h"

namespace doorbell::debugger {

/// GDB at a machine. While GDB has the word, calls don't return: nothing happens in the machine,
/// and simulated time stands still. All is done on the thread that runs the simulation.
class Debugger {
 public:
  /// All outlive it. `goes_on` is asked while GDB has the word, several times a second: false when
  /// somebody wants the end of the run.
  Debugger(Server& server, cpu::Aarch64Group& group, std::function<bool()> goes_on);

  /// Waits for GDB, and has the machine stop before its first instruction. False when none comes.
  bool begin();
  /// From outside of the simulation, several times a second: looks at what GDB has sent. False when
  /// the run is to end.
  bool poll();
  /// Waits a moment for GDB.
  void wait();
  /// GDB is there, and decides when the run is over.
  bool attached() const { return attached_; }
  /// Software has ended.
  void ended(int status);

 private:
  void stopped(const cpu::Aarch64Processor& processor, const cpu::InstructionEngine::Stop& stop);
  void converse(unsigned processor, const StopReason& reason);
  void look(std::chrono::milliseconds patience);
  void leave();

  Server& server_;
  Machine machine_;
  Session session_{machine_};
  std::function<bool()> goes_on_;
  bool attached_ = false;
  bool is_killed_ = false;
  unsigned last_ = 0;  ///< the processor that has stopped last
};

}  // namespace doorbell::debugger
