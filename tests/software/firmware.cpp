#include "tests/software/firmware.h"

#include <elf.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <vector>

#include "doorbell/core/arch/statistics_json.h"
#include "platforms/virt/memory_map.h"

namespace doorbell::testing {
namespace {

/// Tests aren't where the command looks for the engine.
const virt::VirtParameters& with_engine(const virt::VirtParameters& parameters) {
  setenv("DOORBELL_ENGINE", ENGINE_FILE, 1);
  return parameters;
}

}  // namespace

virt::VirtParameters FirmwareMachine::parameters(unsigned processors) {
  virt::VirtParameters parameters;
  parameters.processors = processors;
  parameters.cpu.kind = cpu::ProcessorKind::aarch64;
  parameters.peripherals = true;
  return parameters;
}

FirmwareMachine::FirmwareMachine(const std::string& elf, unsigned processors)
    : FirmwareMachine(elf, parameters(processors)) {}

FirmwareMachine::FirmwareMachine(const std::string& elf, const virt::VirtParameters& parameters)
    : FirmwareMachine(parameters) {
  load(elf);
}

FirmwareMachine::FirmwareMachine(const std::vector<std::uint32_t>& program,
                                 const virt::VirtParameters& parameters)
    : FirmwareMachine(parameters) {
  entry_ = virt::ram_base;
  platform_.ram().storage().write(
      0, {reinterpret_cast<const std::uint8_t*>(program.data()), program.size() * 4});
}

FirmwareMachine::FirmwareMachine(const virt::VirtParameters& parameters)
    : parameters_(parameters), platform_("virt", with_engine(parameters_)) {
  platform_.uart()->connect(console_);
  platform_.aarch64()->on_end([this](cpu::Aarch64Group::End, int, const std::string&) {
    ended_ = true;
    ended_at_ = Simulation::current().scheduler().now();
    Simulation::current().kernel().stop();
  });
}

void FirmwareMachine::load(const std::string& elf) {
  std::ifstream file(elf, std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  Elf64_Ehdr header;
  std::memcpy(&header, bytes.data(), sizeof header);
  entry_ = header.e_entry;
  for (unsigned i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment;
    std::memcpy(&segment, bytes.data() + header.e_phoff + i * sizeof segment, sizeof segment);
    if (segment.p_type != PT_LOAD) continue;
    platform_.ram().storage().write(
        segment.p_paddr - virt::ram_base,
        {reinterpret_cast<const std::uint8_t*>(bytes.data()) + segment.p_offset, segment.p_filesz});
  }
}

void FirmwareMachine::run(Timing timing, Time limit) {
  Simulation& simulation = Simulation::current();
  simulation.scheduler().set_timing(timing);
  platform_.aarch64()->start_at(entry_, 0);
  sc_core::sc_start(sc_core::sc_time::from_value(limit));
  simulation.statistics().finish(simulation.scheduler().now());
}

std::string FirmwareMachine::statistics() const {
  return to_json(Simulation::current().statistics()).dump(1);
}

}  // namespace doorbell::testing
