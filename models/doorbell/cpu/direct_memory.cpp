#include "doorbell/cpu/direct_memory.h"

#include <algorithm>

#include "doorbell/core/simulation.h"

namespace doorbell::cpu {

DirectMemory::DirectMemory(InitiatorSocket& socket)
    : socket_(socket), port_(socket), scheduler_(Simulation::current().scheduler()) {
  socket_.on_dmi_invalidate([this](std::uint64_t first, std::uint64_t last) {
    std::erase_if(grants_, [&](const Grant& g) {
      return !g.lasting() && g.first <= last && g.last >= first;
    });
  });
  scheduler_.on_timing_change([this](Timing) {
    std::erase_if(grants_, [](const Grant& grant) { return !grant.lasting(); });
  });
}

bool DirectMemory::ask(std::uint64_t address) {
  PayloadReference payload =
      Simulation::current().payloads().take(tlm::TLM_READ_COMMAND, address, 8);
  CoherentAccess coherent(CoherentAccess::Writes::told);
  payload->set_extension(&coherent);
  tlm::tlm_dmi dmi;
  const bool granted = socket_.get_dmi(*payload, dmi) && dmi.is_read_write_allowed();
  payload->clear_extension(&coherent);
  if (!granted) return false;
  // What a target that knows nothing of coherence grants is for loose timing: its watches aren't
  // told of what is written past it.
  if (!coherent.granted() && scheduler_.timing() != Timing::loose) return false;
  grants_.push_back({dmi.get_start_address(), dmi.get_end_address(), dmi.get_dmi_ptr(), coherent});
  return true;
}

const DirectMemory::Grant* DirectMemory::grant_for(std::uint64_t address, std::uint64_t size) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    for (const Grant& grant : grants_) {
      if (address >= grant.first && address <= grant.last && size - 1 <= grant.last - address) {
        return &grant;
      }
    }
    if (!ask(address)) return nullptr;
  }
  return nullptr;
}

bool DirectMemory::read(std::uint64_t address, std::span<std::uint8_t> data) {
  if (const Grant* grant = grant_for(address, data.size())) {
    std::copy_n(grant->at(address), data.size(), data.begin());
    return true;
  }
  return port_.read_debug(address, data);
}

void DirectMemory::watch(std::uint64_t address, WriteWatch& watch) {
  watch.let_go();
  PayloadReference payload = Simulation::current().payloads().take(
      tlm::TLM_READ_COMMAND, address / line_bytes * line_bytes, line_bytes);
  payload->set_extension(&watch);
  socket_.transport_debug(*payload);
  payload->clear_extension(&watch);
}

bool DirectMemory::write(std::uint64_t address, std::span<const std::uint8_t> data) {
  const Grant* grant = grant_for(address, data.size());
  if (grant == nullptr) return port_.write_debug(address, data);
  std::uint8_t* const bytes = grant->at(address);
  std::copy_n(data.begin(), data.size(), bytes);
  if (grant->lasting()) grant->coherent.tell(bytes, data.size());
  return true;
}

}  // namespace doorbell::cpu
