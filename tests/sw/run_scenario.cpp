// run_scenario NAME loose|approximate DRIVE0 DRIVE1: runs a scenario on native processors and
// prints what it says.
#include <iostream>
#include <systemc>

#include "tests/sw/scenario_machine.h"

int sc_main(int argc, char* argv[]) {
  using doorbell::sw::find_scenario;
  if (argc != 5 || find_scenario(argv[1]) == nullptr) return 2;
  doorbell::sw::ScenarioMachine machine({argv[3], argv[4]});
  std::cout << machine.run(find_scenario(argv[1]), std::string(argv[2]) == "loose"
                                                       ? doorbell::Timing::loose
                                                       : doorbell::Timing::approximate);
  return 0;
}
