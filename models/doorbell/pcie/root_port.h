#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "doorbell/core/message_socket.h"
#include "doorbell/pcie/arch/parameters.h"
#include "doorbell/pcie/bus_decode.h"
#include "doorbell/pcie/transmit_queue.h"

namespace doorbell::pcie {

/// A port of a root complex: its end of a link, with what waits to be sent there, and which
/// functions and addresses are below it.
class RootPort {
 public:
  using Socket = MessageInitiator<PcieTlp>;

  /// Its socket is "port<index>". `receiver` is given each TLP that comes, which is in the receive
  /// buffer until `free_buffer`.
  RootPort(Scheduler& scheduler, const StatisticsGroup& group, unsigned index,
           const RootPortParameters& place, Socket::Receiver receiver, TaskGroup& tasks);

  /// Among the ports of its root complex, from 0.
  unsigned index() const { return index_; }
  /// The number of the TBU that what comes from below passes.
  unsigned tbu() const { return place_.tbu; }
  Socket& socket() { return socket_; }

  /// Whether a request for the configuration space of this device goes there.
  bool leads_to(unsigned bus, unsigned device);
  /// Whether a memory request to `address` goes there.
  bool claims(std::uint64_t address);
  /// What decodes below it; null when that is none of ours.
  BusDecode* below() { return dynamic_cast<BusDecode*>(socket_.operator->()); }

  /// Until the TLP has left (TransmitQueue).
  Task<void> send(const Tlp& tlp) { return transmit_.send(tlp); }
  /// A TLP leaves the receive buffer: its credits return.
  void free_buffer(const Tlp& tlp);

 private:
  unsigned index_;
  RootPortParameters place_;
  Socket socket_;
  TransmitQueue transmit_;
};

/// The ports of a root complex, and which of them a request goes to.
class RootPorts {
 public:
  void add(std::unique_ptr<RootPort> port) { ports_.push_back(std::move(port)); }
  RootPort& operator[](unsigned i) const { return *ports_[i]; }
  unsigned size() const { return static_cast<unsigned>(ports_.size()); }

  /// The port that the function `destination` (bus, device, function) is below, or null.
  RootPort* of_function(std::uint16_t destination) const;
  /// The port below which `address` is claimed, or null.
  RootPort* of_address(std::uint64_t address);

 private:
  std::vector<std::unique_ptr<RootPort>> ports_;
  RootPort* last_claimed_ = nullptr;  // most accesses go where the one before went
};

}  // namespace doorbell::pcie
