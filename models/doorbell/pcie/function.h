#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "doorbell/core/arch/statistics_kinds.h"
#include "doorbell/core/arch/task_group.h"
#include "doorbell/core/simulation.h"
#include "doorbell/core/under_way.h"
#include "doorbell/pcie/arch/configuration_space.h"
#include "doorbell/pcie/arch/express_capability.h"
#include "doorbell/pcie/arch/msi_capability.h"
#include "doorbell/pcie/arch/msix_table.h"
#include "doorbell/pcie/arch/parameters.h"
#include "doorbell/pcie/bus_master.h"
#include "doorbell/pcie/function_logic.h"
#include "doorbell/pcie/traffic_port.h"

namespace doorbell::pcie {

/// One function of an endpoint: configuration space, MSI and MSI-X, power, and what issues requests
/// for it. What it does beside that is its FunctionLogic's; logics and traffic sources use it as a
/// TrafficPort.
class Function : public TrafficPort {
 public:
  struct Context {
    Simulation& simulation;
    TransmitQueue& transmit;
    TaskGroup& tasks;
    StageId stage;
    const EndpointParameters& endpoint;
    const LinkShape& link;
    RequesterMap stream_id;  ///< For the identity in Journeys.
    RequesterMap device_id;
  };
  Function(const Context& context, const StatisticsGroup& group, unsigned number);

  // From the link.
  std::uint32_t read_configuration(unsigned offset, unsigned size);
  void write_configuration(unsigned offset, unsigned size, std::uint32_t value);
  bool claims(std::uint64_t address) const;
  /// Memory requests that a BAR claims; false for one that nothing claims.
  bool read_memory(std::uint64_t address, std::span<std::uint8_t> data);
  bool write_memory(std::uint64_t address, std::span<const std::uint8_t> data);
  void complete(Tlp& tlp) { bus_master_.complete(tlp); }

  /// Bus and device that the last configuration write named (PCIe 6.0 2.2.6.2).
  void set_requester_id(std::uint16_t id) { requester_id_ = id; }
  std::uint16_t requester_id() const { return requester_id_; }

  // For sources of traffic.
  Task<bool> read(std::uint64_t address, std::uint32_t length, std::span<std::uint8_t> into = {},
                  RequestAttributes attributes = {}) override;
  Task<bool> write(std::uint64_t address, std::uint32_t length,
                   std::span<const std::uint8_t> from = {},
                   RequestAttributes attributes = {}) override;
  Task<MsiOutcome> signal(unsigned vector) override;
  bool may_issue() const override { return space_.bus_master_enabled() && power_.in_d0(); }
  bool msix_enabled() const override { return msix_.enabled(); }
  Condition::Awaiter configured() override { return configured_.wait(); }
  void on_doorbell(std::function<void(const DoorbellWrite&)> listener) override {
    logic_->on_doorbell(std::move(listener));
  }

  // For conservation. `messages_sent` counts what left, released ones included; every call of
  // `signal` is sent at once, held, merged or refused, and every held one is released or pending.
  std::uint64_t messages_sent() const { return messages_sent_.value(); }
  std::uint64_t messages_held() const { return messages_held_.value(); }
  std::uint64_t messages_released() const { return messages_released_.value(); }
  std::uint64_t messages_merged() const { return messages_merged_.value(); }
  std::uint64_t messages_refused() const { return messages_refused_.value(); }

  const ConfigurationSpace& configuration() const { return space_; }
  const MsixCapability& msix() const { return msix_; }
  unsigned tags_in_use() const { return bus_master_.tags_in_use(); }

  // For a checkpoint, when nothing is under way.
  void save(StateWriter& state) const;
  void restore(StateReader& state);
  /// What a drive holds; empty for what is none.
  std::span<const std::uint8_t> contents() const { return logic_->contents(); }

  /// As those of a Module.
  std::string busy() const {
    return tags_in_use() == 0 ? logic_->busy() : under_way(tags_in_use(), "reads");
  }
  void settle() {
    bus_master_.settle();
    logic_->settle();
  }

 private:
  template <class Self, class State>
  static void describe(Self& self, State& state);

  void add_ari(unsigned number);
  std::uint32_t read_bar(unsigned bar, std::uint64_t offset, unsigned size);
  void write_bar(unsigned bar, std::uint64_t offset, unsigned size, std::uint32_t value);
  FunctionIdentity identity() const;
  bool holds_msix(unsigned bar, std::uint64_t offset) const {
    return bar == msix_.layout().table_bar && offset >= msix_.layout().table_offset;
  }
  void release_unmasked();
  Task<void> send(MsiMessage message);
  static Task<MsiOutcome> when_sent(Task<void> sending);

  Context context_;
  std::uint16_t requester_id_;
  std::unique_ptr<FunctionLogic> logic_;
  ConfigurationSpace space_;
  PowerCapability power_;
  MsiCapability msi_;
  MsixCapability msix_;
  ExpressCapability express_;
  Condition configured_;
  BusMaster bus_master_;
  Counter messages_sent_;
  Counter messages_held_;
  Counter messages_released_;
  Counter messages_merged_;
  Counter messages_refused_;
};

}  // namespace doorbell::pcie
