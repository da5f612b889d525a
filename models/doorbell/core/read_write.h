#pragma once

#include "doorbell/core/arch/task_group.h"
#include "doorbell/core/initiator_socket.h"
#include "doorbell/core/simulation.h"
#include "doorbell/core/target_socket.h"

namespace doorbell {

/// For a module with one socket before one that has a socket for reads and another for writes, such
/// as a single-socket device before a TBU. Takes no time and holds nothing back.
class ReadWriteSplit : public Module {
 public:
  explicit ReadWriteSplit(const sc_core::sc_module_name& name);

  TargetSocket upstream;
  InitiatorSocket reads;
  InitiatorSocket writes;

 private:
  Task<void> pass(Payload& payload);
  TaskGroup tasks_{scheduler()};
};

/// The way back to one socket: a bus or a memory behind a TBU. Requests leave one at a time, so
/// that from here on a refused read keeps the writes behind it waiting.
class ReadWriteJoin : public Module {
 public:
  explicit ReadWriteJoin(const sc_core::sc_module_name& name);

  TargetSocket reads;
  TargetSocket writes;
  InitiatorSocket downstream;

 private:
  Task<void> pass(Payload& payload);
  TaskGroup tasks_{scheduler()};
};

}  // namespace doorbell
