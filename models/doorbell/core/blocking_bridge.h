#pragma once

#include <memory>
#include <systemc>
#include <vector>

#include "doorbell/core/initiator_socket.h"

namespace doorbell {

/// Carries requests of tasks to a foreign `b_transport`, which may call `wait()`: that is fatal in
/// the scheduler's method, so a fixed number of SC_THREADs make the calls and resume the tasks.
class BlockingBridge {
 public:
  BlockingBridge(InitiatorSocket& socket, unsigned threads);

  /// Takes a request at the scheduler's time. A free thread calls the target at that very time.
  void submit(InitiatorSocket::Transport& transport);

 private:
  struct Worker {
    sc_core::sc_event start;
    InitiatorSocket::Transport* transport = nullptr;
  };
  void work(Worker& worker);
  void call(InitiatorSocket::Transport& transport);

  InitiatorSocket& socket_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<Worker*> free_;
  WaitList waiting_;  // of Transports
};

}  // namespace doorbell
