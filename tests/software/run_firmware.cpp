// run_firmware ELF PROCESSORS loose|approximate LOOKAHEAD [--statistics]: runs a firmware on
// AArch64 processors to its end and prints what it has printed, then, where asked for, all
// statistics. LOOKAHEAD in picoseconds.
#include <iostream>
#include <string>
#include <systemc>

#include "tests/software/firmware.h"

int sc_main(int argc, char* argv[]) {
  if (argc < 5) return 2;
  using doorbell::testing::FirmwareMachine;
  doorbell::Simulation::current().kernel().set_lookahead(std::stoull(argv[4]));
  FirmwareMachine machine(argv[1], static_cast<unsigned>(std::stoul(argv[2])));
  machine.run(std::string(argv[3]) == "loose" ? doorbell::Timing::loose
                                              : doorbell::Timing::approximate);
  std::cout << machine.text();
  if (argc > 5) std::cout << machine.statistics() << "\n";
  return machine.ended() ? 0 : 1;
}
