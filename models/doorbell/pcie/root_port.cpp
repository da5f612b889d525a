#include "doorbell/pcie/root_port.h"

#include <string>
#include <utility>

namespace doorbell::pcie {

RootPort::RootPort(Scheduler& scheduler, const StatisticsGroup& group, unsigned index,
                   const RootPortParameters& place, Socket::Receiver receiver, TaskGroup& tasks)
    : index_(index),
      place_(place),
      socket_(("port" + std::to_string(index)).c_str(), std::move(receiver)),
      transmit_(scheduler, group,
                {socket_.all_credits(), [this](const Tlp& tlp) { socket_.send(tlp, 0); }, tasks}) {}

/// A bus of its own is device 0, unless ARI makes function numbers of the device numbers: an
/// endpoint doesn't look at them, its port does (PCIe 6.0 7.3.1).
bool RootPort::leads_to(unsigned bus, unsigned device) {
  if (place_.bus != bus) return false;
  if (!place_.whole_bus) return place_.device == device;
  const BusDecode* const decode = below();
  return device == 0 || decode == nullptr || decode->uses_ari();
}

bool RootPort::claims(std::uint64_t address) {
  const BusDecode* const decode = below();
  return decode != nullptr && decode->claims(address);
}

void RootPort::free_buffer(const Tlp& tlp) {
  const FlowCredits used = credits_needed(tlp);
  const TlpClass kind = class_of(tlp);
  socket_.return_credit(header_credits(kind), used.headers, 0);
  if (used.data != 0) socket_.return_credit(data_credits(kind), used.data, 0);
}

RootPort* RootPorts::of_function(std::uint16_t destination) const {
  for (const auto& port : ports_) {
    if (port->leads_to(destination >> 8, destination >> 3 & 31)) return port.get();
  }
  return nullptr;
}

RootPort* RootPorts::of_address(std::uint64_t address) {
  if (last_claimed_ != nullptr && last_claimed_->claims(address)) return last_claimed_;
  for (const auto& port : ports_) {
    if (port->claims(address)) return last_claimed_ = port.get();
  }
  return nullptr;
}

}  // namespace doorbell::pcie
