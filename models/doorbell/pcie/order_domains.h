#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "doorbell/core/arch/wait_primitives.h"
#include "doorbell/pcie/arch/parameters.h"
#include "doorbell/pcie/arch/posted_window.h"

namespace doorbell::pcie {

/// Posted writes that stay in order among themselves, and what waits behind them.
class Domain {
 public:
  Domain(Scheduler& scheduler, std::uint32_t number) : number_(number), moved_(scheduler) {}

  /// Number for Requester::order_domain; not 0.
  std::uint32_t number() const { return number_; }
  std::uint64_t arrive() { return window_.arrive(); }
  void observe(std::uint64_t write) {
    if (window_.observe(write)) moved_.notify_all();
  }
  /// What comes now is behind all writes before this number.
  std::uint64_t arrivals() const { return window_.arrivals(); }
  bool observed_before(std::uint64_t number) const { return window_.all_before(number); }
  /// `while (!domain.observed_before(n)) co_await domain.moved();`
  Condition::Awaiter moved() { return moved_.wait(); }

 private:
  std::uint32_t number_;
  PostedWindow window_;
  Condition moved_;
};

/// All domains of a root complex, made when first used: one a requester, or one a port
/// (OrderDomain).
class OrderDomains {
 public:
  OrderDomains(Scheduler& scheduler, OrderDomain kind, std::uint32_t segment)
      : scheduler_(scheduler), kind_(kind), base_((segment << 17) + 1) {}

  Domain& of(unsigned port, std::uint16_t requester_id) {
    if (kind_ == OrderDomain::vc) return at(ports_, port, base_ + 0x10000 + port);
    auto& bus = buses_[requester_id >> 8];
    return at(bus, requester_id & 0xff, base_ + requester_id);
  }

 private:
  using Domains = std::vector<std::unique_ptr<Domain>>;
  Domain& at(Domains& domains, unsigned index, std::uint32_t number) {
    if (domains.size() <= index) domains.resize(index + 1);
    if (!domains[index]) domains[index] = std::make_unique<Domain>(scheduler_, number);
    return *domains[index];
  }

  Scheduler& scheduler_;
  OrderDomain kind_;
  std::uint32_t base_;
  Domains ports_;
  std::array<Domains, 256> buses_;
};

}  // namespace doorbell::pcie
