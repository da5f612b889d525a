// Not a program: each case binds a 32-bit socket to one of ours, which no compiler may take.
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include "doorbell/core/read_write.h"

struct Foreign : sc_core::sc_module {
  explicit Foreign(const sc_core::sc_module_name& name) : sc_module(name) {}
  tlm_utils::simple_initiator_socket<Foreign> initiator{"initiator"};
  tlm_utils::simple_target_socket<Foreign> target{"target"};
};

void bind(Foreign& foreign, doorbell::ReadWriteSplit& ours) {
#if BINDING == 1
  foreign.initiator.bind(ours.upstream);
#elif BINDING == 2
  foreign.initiator(ours.upstream);
#elif BINDING == 3
  ours.reads.bind(foreign.target);
#elif BINDING == 4
  ours.reads(foreign.target);
#elif BINDING == 5
  ours.upstream.bind(foreign.initiator);
#elif BINDING == 6
  foreign.target.bind(ours.reads);
#endif
}
