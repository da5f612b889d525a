#include "platforms/replay/firmware.h"

#include <stdexcept>
#include <string>

#include "platforms/virt/memory_map.h"

namespace doorbell::replay {
namespace {

/// Tables of the drivers, from 16 MiB above the start of RAM on; the traces' frames lie above them.
constexpr std::uint64_t tables = virt::ram_base + (16ULL << 20);
constexpr std::uint64_t tables_end = tables + (240ULL << 20);

}  // namespace

void check(status result, const char* what) {
  if (result == STATUS_OK) return;
  throw std::runtime_error(std::string("firmware: ") + what + " failed with status " +
                           std::to_string(result));
}

Firmware::Firmware(virt::Platform& platform, std::size_t vectors)
    : platform_(platform), functions_(1024), vectors_(vectors) {
  machine_.description = machine_virt(tables, tables_end);
  machine_.functions = functions_.data();
  machine_.function_capacity = static_cast<unsigned>(functions_.size());
  machine_.vectors = vectors_.data();
  machine_.vector_capacity = static_cast<unsigned>(vectors_.size());
}

void Firmware::bring_up(unsigned cpu) {
  const bool first = cpu == 0;
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
  throw std::runtime_error("firmware: a function was not found");
}

msi_vector* Firmware::take_vectors(std::uint32_t device_id, unsigned count) {
  auto& taken = machine_.msis.count;
  msi_vector* const first = vectors_.data() + taken;
  for (unsigned i = 0; i < count; ++i) {
    auto& vector = first[i];
    vector.device_id = device_id;
    vector.event_id = i;
    vector.intid = 8192 + taken + i;
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
