// A model of somebody else's that uses the installed package.
#include <iostream>
#include <systemc>

#include "doorbell/core/arch/error.h"
#include "doorbell/core/arch/time.h"

int sc_main(int, char**) {
  const doorbell::InputError error("platform.yaml", 3, "smmu.tlb.entries", "a number", "many");
  if (std::string(error.what()) != "platform.yaml:3: smmu.tlb.entries: expected a number, found many") return 1;
  sc_core::sc_start(sc_core::sc_time(doorbell::microsecond / doorbell::nanosecond, sc_core::SC_NS));
  if (sc_core::sc_time_stamp() != sc_core::sc_time(1, sc_core::SC_US)) return 1;
  std::cout << "consumer: passed\n";
  return 0;
}
