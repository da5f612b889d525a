#include "platforms/replay/firmware.h"

#include <algorithm>
#include <string>

#include "doorbell/gic/arch/its_tables.h"
#include "platforms/replay/fit.h"
#include "platforms/software_error.h"
#include "platforms/virt/memory_map.h"
#include "platforms/virt/requester_ids.h"
#include "sw/drivers/gic/secure.h"
#include "sw/include/processor.h"

namespace doorbell::replay {
namespace {

/// As sw/include/status.h says them.
const char* words_of(status result) {
  switch (result) {
    case STATUS_OK:
      return "nothing";
    case STATUS_TIMEOUT:
      return "the hardware did not answer within a second";
    case STATUS_NO_MEMORY:
      return "its memory for tables is used up";
    case STATUS_NO_SPACE:
      return "a table, window or number range is full";
    case STATUS_UNSUPPORTED:
      return "the identification registers say that it can't be done";
    case STATUS_NOT_FOUND:
      return "it was not found";
    case STATUS_BAD_ARGUMENT:
      return "an argument is out of range";
    case STATUS_REFUSED:
      return "the hardware reported an error";
  }
  return "for no known reason";
}

/// Every function, and the host bridge.
std::size_t functions_of(const virt::VirtParameters& parameters) {
  return virt::requester_ids(parameters).size() + 1;
}

machine_doorbell doorbell_of(gic::DoorbellKind kind) {
  switch (kind) {
    case gic::DoorbellKind::v2m:
      return MACHINE_DOORBELL_V2M;
    case gic::DoorbellKind::spi:
      return MACHINE_DOORBELL_SPI;
    case gic::DoorbellKind::lpi:
      return MACHINE_DOORBELL_LPI;
    default:
      return MACHINE_DOORBELL_ITS;
  }
}

machine_translation translation_of(Translation translation) {
  switch (translation) {
    case Translation::stage_2:
      return MACHINE_STAGE_2;
    case Translation::nested:
      return MACHINE_NESTED;
    default:
      return MACHINE_STAGE_1;
  }
}

machine_description description_of(const virt::VirtParameters& parameters,
                                   Translation translation) {
  machine_description description = machine_virt(tables, tables_end);
  description.translation = translation_of(translation);
  description.memory = virt::ram_base;
  description.memory_end = virt::ram_base + parameters.ram.size / BLOCK_SIZE * BLOCK_SIZE;
  description.ecam = parameters.root_complex.ecam_base;
  description.last_bus = parameters.root_complex.ecam_buses - 1;
  for (const pcie::RootPortParameters& port : parameters.root_complex.ports)
    description.root_buses = std::max(description.root_buses, port.bus + 1);
  description.stream_id_bits = stream_id_bits(parameters);
  description.two_level_streams = true;  // as Linux has, where the SMMU offers them
  description.further_itss = parameters.gic.its_count - 1;
  description.doorbell = doorbell_of(parameters.gic.doorbell);
  description.doorbell_window = has_doorbell_window(parameters);
  return description;
}

}  // namespace

void check(status result, const char* what) {
  if (result == STATUS_OK) return;
  throw SoftwareError(std::string("firmware: ") + what + " failed: " + words_of(result));
}

Firmware::Firmware(virt::Platform& platform, Translation translation, std::size_t vectors)
    : platform_(platform), functions_(functions_of(platform.parameters())), vectors_(vectors) {
  machine_.description = description_of(platform.parameters(), translation);
  machine_.functions = functions_.data();
  machine_.function_capacity = static_cast<unsigned>(functions_.size());
  machine_.vectors = vectors_.data();
  machine_.vector_capacity = static_cast<unsigned>(vectors_.size());
}

/// What firmware at EL3 does with a GIC of two Security states before Non-secure software starts.
void Firmware::bring_up_security(unsigned cpu) {
  constexpr processor_state at_EL3{.exception_level = 3, .secure = 1, .fiqs_to_el3 = 1};
  constexpr processor_state at_EL1{.exception_level = 1, .secure = 0, .fiqs_to_el3 = 1};
  ::gic frames{};
  frames.distributor = machine_.description.distributor;
  frames.redistributors = machine_.description.redistributors;
  frames.redistributor_limit = platform_.processor_count();
  frames.more_redistributors = machine_.description.more_redistributors;
  processor_enter(&at_EL3);
  if (cpu == 0) check(gic_secure_initialise(&frames), "bringing the Secure GIC up");
  check(gic_secure_initialise_processor(&frames), "bringing a Secure CPU interface up");
  processor_enter(&at_EL1);
}

void Firmware::bring_up(unsigned cpu) {
  const bool first = cpu == 0;
  if (platform_.parameters().gic.common.security == gic::SecurityStates::two)
    bring_up_security(cpu);
  if (first) check(machine_initialise(&machine_), "bringing the machine up");
  check(machine_join(&machine_), "bringing a processor up");
  if (first) {
    check(machine_wait_for(&machine_, platform_.processor_count()), "waiting for the processors");
  }
}

const pcie_function& Firmware::found(const pcie::Function& function) const {
  for (unsigned i = 0; i < machine_.pcie.count; ++i) {
    if (functions_[i].requester_id == function.requester_id()) return functions_[i];
  }
  throw SoftwareError("firmware: a function was not found");
}

msi_vector* Firmware::take_vectors(std::uint32_t device_id, unsigned count) {
  auto& taken = machine_.msis.count;
  msi_vector* const first = vectors_.data() + taken;
  for (unsigned i = 0; i < count; ++i) {
    auto& vector = first[i];
    vector.device_id = device_id;
    vector.event_id = i;
    const bool lpis = machine_.msis.first_intid == 0;
    vector.intid = (lpis ? gic::first_lpi : machine_.msis.first_intid) + taken + i;
    vector.handler = [](msi_vector*, void*) {};
  }
  taken += count;
  return first;
}

std::uint64_t Firmware::frames() const {
  return tables_end;
}

std::uint64_t Firmware::frames_end() const {
  return virt::ram_base + platform_.parameters().ram.size;
}

}  // namespace doorbell::replay
