#include "platforms/replay/firmware.h"

#include <algorithm>
#include <bit>
#include <string>

#include "doorbell/core/arch/error.h"
#include "platforms/software_error.h"
#include "platforms/virt/address_space.h"
#include "platforms/virt/memory_map.h"
#include "platforms/virt/requester_ids.h"
#include "sw/drivers/gic/secure.h"
#include "sw/include/processor.h"

namespace doorbell::replay {
namespace {

/// Tables of the drivers, from 16 MiB above the start of RAM on; the traces' frames lie above them.
constexpr std::uint64_t tables = virt::ram_base + (16ULL << 20);
constexpr std::uint64_t tables_end = tables + (240ULL << 20);

constexpr std::uint32_t first_lpi = 8192;  // IHI 0069, 2.2
constexpr unsigned usual_stream_id_bits = 16;
/// The first level of its stream table: 64 MiB of the memory for tables.
constexpr unsigned most_stream_id_bits = 31;
/// What it uses of the interrupts' numbers, as Linux does.
constexpr unsigned lpi_id_bits = 16;

/// As many as the functions' StreamIDs have, or what is usual if that is more.
unsigned stream_id_bits(const virt::VirtParameters& parameters) {
  unsigned bits = usual_stream_id_bits;
  for (const pcie::RequesterId id : virt::requester_ids(parameters)) {
    const std::uint32_t stream = parameters.root_complex.stream_id(id);
    bits = std::max(bits, static_cast<unsigned>(std::bit_width(stream)));
  }
  return bits;
}

void check_memory(const virt::VirtParameters& parameters) {
  const std::uint64_t needed = tables_end - virt::ram_base;
  if (parameters.ram.size >= needed) return;
  throw InputError("ram.size: expected at least " + std::to_string(needed) +
                   ", for the tables of the firmware's drivers, found " +
                   std::to_string(parameters.ram.size));
}

/// Of a frame of SPIs, or of LPIs.
void check_vectors(const virt::VirtParameters& parameters, std::size_t vectors) {
  const gic::DoorbellKind doorbell = parameters.gic.doorbell;
  if (doorbell == gic::DoorbellKind::v2m || doorbell == gic::DoorbellKind::spi) {
    if (vectors <= parameters.gic.messages.spis) return;
    throw InputError("gic.messages.spis: expected SPIs for all vectors of the workload's copies, " +
                     std::to_string(vectors) + ", found " +
                     std::to_string(parameters.gic.messages.spis));
  }
  const unsigned bits = std::min(parameters.gic.common.intid_bits, lpi_id_bits);
  const std::uint64_t lpis = (std::uint64_t{1} << bits) - first_lpi;
  if (vectors <= lpis) return;
  throw InputError(
      "gic.common.intid_bits: expected LPIs for all vectors of the workload's copies, " +
      std::to_string(vectors) + ", found " + std::to_string(lpis) + " with INTIDs of " +
      std::to_string(bits) + " bits, of which firmware uses at most " +
      std::to_string(lpi_id_bits));
}

void check_stream_ids(const virt::VirtParameters& parameters) {
  const unsigned bits = stream_id_bits(parameters);
  if (bits <= most_stream_id_bits) return;
  throw InputError(
      "root_complex.stream_id_base, root_complex.stream_id_shift: expected StreamIDs of at most " +
      std::to_string(most_stream_id_bits) + " bits, for the firmware's stream table, found " +
      std::to_string(bits));
}

void check_granule(const virt::VirtParameters& parameters) {
  if (parameters.smmu.offered.granule_4k) return;
  throw InputError(
      "smmu.features.granule_4k: expected true, for the tables of the firmware's drivers, found "
      "false");
}

void check_translation(const virt::VirtParameters& parameters, Translation translation) {
  if (translation != Translation::stage_2 && !parameters.smmu.offered.stage1) {
    throw InputError(
        "smmu.features.stage1: expected true, for the stage 1 of replay.translation, found false");
  }
  if (translation == Translation::stage_1 || parameters.smmu.offered.stage2) return;
  throw InputError(
      "smmu.features.stage2: expected true, for the stage 2 of replay.translation, found false");
}

/// Whether devices' doorbells pass the SMMU untranslated.
bool has_doorbell_window(const virt::VirtParameters& parameters) {
  const auto doorbells = virt::doorbells(parameters);
  return std::all_of(doorbells.begin(), doorbells.end(), [&](std::uint64_t doorbell) {
    return parameters.smmu.reserved_window.contains(doorbell);
  });
}

std::string name_of(gic::DoorbellKind doorbell) {
  using Kind = gic::DoorbellKind;
  return doorbell == Kind::its   ? "its"
         : doorbell == Kind::v2m ? "v2m"
         : doorbell == Kind::spi ? "spi"
                                 : "lpi";
}

/// Intermediate addresses have 40 bits (sw/scenarios/translation.c).
void check_intermediate_addresses(const virt::VirtParameters& parameters, Translation translation) {
  constexpr unsigned bits = 40;
  if (translation == Translation::stage_1) return;
  const auto offered = static_cast<unsigned>(parameters.smmu.output_address_size);
  if (offered < bits) {
    throw InputError("smmu.output_address_size: expected at least " + std::to_string(bits) +
                     ", for the stage 2 of replay.translation, found " + std::to_string(offered));
  }
  const gic::DoorbellKind doorbell = parameters.gic.doorbell;
  if (translation == Translation::nested && doorbell != gic::DoorbellKind::its) {
    throw InputError(
        "gic.doorbell: expected its, for the guest of replay.translation=nested, found " +
        name_of(doorbell));
  }
  if (doorbell == gic::DoorbellKind::lpi && !has_doorbell_window(parameters)) {
    throw InputError(
        "gic.doorbell: expected another, as replay.translation=stage_2 has no addresses for the "
        "doorbells of processors, found lpi");
  }
}

/// What the drivers need, and which keys bring it, before they find out by themselves.
void check_needs(const virt::VirtParameters& parameters, std::size_t vectors) {
  check_memory(parameters);
  check_vectors(parameters, vectors);
  check_stream_ids(parameters);
  check_granule(parameters);
}

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
  check_needs(platform.parameters(), vectors);
  check_translation(platform.parameters(), translation);
  check_intermediate_addresses(platform.parameters(), translation);
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
    vector.intid = (lpis ? first_lpi : machine_.msis.first_intid) + taken + i;
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
