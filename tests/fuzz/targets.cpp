#include "tests/fuzz/gic.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/smmu_structures.h"

namespace doorbell::fuzz {

std::span<const Target> targets() {
  static constexpr Target all[] = {
      {"ste", run_ste},
      {"cd", run_cd},
      {"walk", run_walk},
      {"command", run_command},
      {"event", run_event},
      {"ats_request", run_ats_request},
      {"ats_translated", run_ats_translated},
      {"page_request", run_page_request},
      {"smmu_registers", run_smmu_registers},
      {"its_command", run_its_command},
      {"its_tables", run_its_tables},
      {"its_registers", run_its_registers},
      {"distributor", run_distributor},
  };
  return all;
}

}  // namespace doorbell::fuzz
