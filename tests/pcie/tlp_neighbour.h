#pragma once

#include <vector>

#include "doorbell/core/message_socket.h"
#include "doorbell/core/simulation.h"
#include "doorbell/pcie/lower_port.h"

namespace doorbell::pcie::test {

/// What a test knows of a TLP that came.
struct Arrival {
  Time at;
  Tlp tlp;
  std::vector<std::uint8_t> data;  ///< Of a write or a completion with data.
};

/// One end of a link without the link: it keeps the TLPs that come and sends what a test says, with
/// credits without end both ways.
template <class Socket>
class TlpNeighbour : public Module {
 public:
  template <class... More>
  explicit TlpNeighbour(const sc_core::sc_module_name& name, More&&... more)
      : Module(name),
        port(
            "port", [this](Tlp& tlp) { take(tlp); }, std::forward<More>(more)...) {}
  Socket port;
  std::vector<Arrival> arrivals;

  /// Sends `tlp` at `at`; of `bytes`, if there are any, its data.
  void send_at(Time at, const Tlp& tlp, std::vector<std::uint8_t> bytes = {}) {
    tasks_.start_at(at, send(tlp, std::move(bytes)));
  }
  /// The bytes of the flow-control credits that came back, by class.
  std::uint64_t credits(unsigned credit_class) { return port.credits(credit_class).available(); }

 protected:
  void start_of_simulation() override {
    for (unsigned c = 0; c < PcieTlp::credit_classes; ++c)
      give_credits(c);
  }
  virtual void give_credits(unsigned credit_class) = 0;
  virtual void send_now(const Tlp& tlp) = 0;

 private:
  void take(Tlp& tlp) {
    Arrival arrival{now(), tlp, {}};
    if (tlp.is_posted() || tlp.type == pcie_tlp::Type::completion_with_data) {
      const auto bytes = data_of(tlp);
      arrival.data.assign(bytes.begin(), bytes.end());
    }
    release_data(tlp);
    arrivals.push_back(arrival);
  }
  Task<void> send(Tlp tlp, std::vector<std::uint8_t> bytes) {
    if (!bytes.empty()) attach_data(tlp, bytes, simulation().payloads());
    send_now(tlp);
    co_return;
  }
  TaskGroup tasks_{scheduler()};
};

/// In place of a root complex.
class UpperNeighbour : public TlpNeighbour<MessageInitiator<PcieTlp>> {
 public:
  using TlpNeighbour::TlpNeighbour;

 private:
  void give_credits(unsigned credit_class) override { port.grant(credit_class, infinite_credits); }
  void send_now(const Tlp& tlp) override { port.send(tlp, 0); }
};

/// In place of a device that claims all addresses.
class LowerNeighbour : private BusDecode, public TlpNeighbour<LowerPort> {
 public:
  explicit LowerNeighbour(const sc_core::sc_module_name& name)
      : TlpNeighbour(name, static_cast<BusDecode&>(*this)) {}

 private:
  void give_credits(unsigned credit_class) override {
    port.return_credit(credit_class, infinite_credits);
  }
  void send_now(const Tlp& tlp) override { port.send(tlp); }
  bool claims(std::uint64_t) const override { return true; }
  bool uses_ari() const override { return false; }
  bool debug_read(std::uint64_t, std::span<std::uint8_t>) override { return false; }
  bool debug_read_configuration(std::uint16_t, unsigned, std::span<std::uint8_t>) override {
    return false;
  }
};

}  // namespace doorbell::pcie::test
