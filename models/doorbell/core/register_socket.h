#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "doorbell/core/arch/clock.h"
#include "doorbell/core/arch/register_frame.h"
#include "doorbell/core/target_socket.h"

namespace doorbell {

/// The target socket of a frame of registers: each access takes its cycles and is one of the
/// bank's.
///
///     RegisterSocket registers{"registers", tasks_, clock_};                     // a member
///     registers.serve(bank_, {.bytes = 0x1'0000}, parameters_.register_cycles);  // constructor
///
/// RegisterFrame says what is at an offset without a register; an access of a width that there
/// isn't is answered with TLM_BURST_ERROR_RESPONSE. The Security state of an access is that of its
/// Requester, Non-secure without one. Debug accesses read stored values and write nothing.
class RegisterSocket : public TargetSocket {
 public:
  /// Neither `tasks` nor `clock` need be constructed yet.
  RegisterSocket(const char* name, TaskGroup& tasks, const Clock& clock);

  /// What is behind it. The effects of an access come `cycles` of the clock after its arrival.
  void serve(RegisterBank& bank, const RegisterFrame& frame, std::uint64_t cycles);
  /// Called right before an access: for values that are made when somebody looks.
  void before_access(std::function<void()> prepare) { prepare_ = std::move(prepare); }
  /// Writes at `offset` of the frame, one of its registers', go to `handler` when they arrive, in
  /// place of the cycles and the bank: to a doorbell, which takes its own time and looks at who
  /// writes. The handler has the bank do the access by `perform`.
  void on_doorbell(std::uint64_t offset, Handler handler) {
    doorbells_.emplace_back(offset, std::move(handler));
  }
  /// Does an access at once, as the bank has it; false when it is answered with an error.
  bool perform(Payload& payload);

 private:
  Task<void> access(Payload& payload);
  const Handler* doorbell_of(const Payload& payload) const;

  const Clock& clock_;
  RegisterBank* bank_ = nullptr;
  RegisterFrame frame_;
  std::uint64_t cycles_ = 0;
  std::function<void()> prepare_;
  std::vector<std::pair<std::uint64_t, Handler>> doorbells_;
};

}  // namespace doorbell
