#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "doorbell/core/simulation.h"
#include "doorbell/pcie/arch/link_rate.h"
#include "doorbell/pcie/arch/parameters.h"
#include "doorbell/pcie/bus_decode.h"
#include "doorbell/pcie/function.h"
#include "doorbell/pcie/lower_port.h"
#include "doorbell/pcie/transmit_queue.h"

namespace doorbell::pcie {

/// An endpoint with one or more functions behind one link. Functions are numbered from 0; more than
/// 8 need a bus of their own (ARI, PCIe 6.0 6.13).
class Endpoint : public Module, private BusDecode {
 public:
  /// `link` is what the link capability of the functions says. The maps are those of the root
  /// complex: they name MSIs in Journeys and statistics, nothing else.
  explicit Endpoint(const sc_core::sc_module_name& name, const EndpointParameters& parameters = {},
                    const LinkShape& link = {}, RequesterMap stream_id = {},
                    RequesterMap device_id = {});

  /// Bound by the lower end of a link.
  LowerPort link;

  unsigned function_count() const { return static_cast<unsigned>(functions_.size()); }
  Function& function(unsigned number) { return *functions_[number]; }
  const EndpointParameters& parameters() const { return parameters_; }

  void save(StateWriter& state) const override;
  void restore(StateReader& state) override;

  std::string busy() const override;
  void settle() override;

 private:
  bool claims(std::uint64_t address) const override;
  bool uses_ari() const override { return wide_function_numbers_; }
  bool debug_read(std::uint64_t address, std::span<std::uint8_t> data) override;
  bool debug_read_configuration(std::uint16_t destination, unsigned offset,
                                std::span<std::uint8_t> data) override;

  void receive(Tlp& tlp);
  void receive_write(Tlp& tlp);
  Task<void> answer_configuration(Tlp tlp);
  Task<void> answer_read(Tlp tlp);
  Function* function_at(std::uint16_t id);
  Function* function_claiming(std::uint64_t address) const;
  void free_buffer(const Tlp& tlp);

  EndpointParameters parameters_;
  LinkShape shape_;
  StageId stage_;
  bool wide_function_numbers_;  // ARI
  TransmitQueue transmit_;
  std::vector<std::unique_ptr<Function>> functions_;
  mutable Function* last_claimed_ = nullptr;  // most accesses go where the one before went
  Counter unsupported_;
  TaskGroup tasks_;
};

}  // namespace doorbell::pcie
