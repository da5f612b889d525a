#pragma once

#include <cstdint>
#include <vector>

#include "doorbell/core/arch/parameters.h"
#include "doorbell/core/arch/time.h"
#include "doorbell/pcie/arch/credits.h"
#include "doorbell/pcie/arch/link_rate.h"
#include "doorbell/pcie/arch/nvme/parameters.h"
#include "doorbell/pcie/arch/requester_map.h"
#include "doorbell/pcie/arch/tags.h"

namespace doorbell::pcie {

/// FlowCredits that one receiver of a link advertises.
struct CreditParameters {
  CreditLimits limits;
  void describe(ParameterGroup& group);
};

/// A link between two ports: both directions alike.
struct LinkParameters {
  std::uint32_t generation = 4;
  std::uint32_t lanes = 4;
  std::uint32_t max_payload = 256;
  DllpAccounting dllp = DllpAccounting::shared;
  Time latency = 150 * nanosecond;
  Time update_interval = 0;
  CreditParameters upstream_credits;
  CreditParameters downstream_credits;

  LinkShape shape() const { return {generation, lanes, max_payload, dllp}; }
  void describe(ParameterGroup& group);
};

/// What a root complex orders together (docs/architecture.md): posted writes of one requester, or
/// of a whole virtual channel as the base specification has it.
enum class OrderDomain : std::uint8_t { requester, vc };

/// A root port: where what is below it sits in configuration space.
struct RootPortParameters {
  std::uint32_t bus = 0;
  std::uint32_t device = 1;
  bool whole_bus = false;
  std::uint32_t tbu = 0;  ///< Of an SMMU with several: which one what comes from below passes.
  void describe(ParameterGroup& group);
};

struct RootComplexParameters {
  std::uint32_t segment = 0;
  std::uint64_t ecam_base = 0x40'1000'0000;
  std::uint32_t ecam_buses = 256;
  Time latency = 20 * nanosecond;
  std::uint32_t posted_entries = 64;
  std::uint32_t read_entries = 64;
  std::uint32_t processor_entries = 16;
  std::uint32_t max_payload = 256;
  std::uint32_t read_completion_boundary = 64;
  OrderDomain order_domain = OrderDomain::requester;
  RequesterMap stream_id;
  RequesterMap device_id;
  std::vector<RootPortParameters> ports{RootPortParameters{}};
  void describe(ParameterGroup& group);
};

/// What each function of an endpoint offers.
struct FunctionParameters {
  std::uint32_t vendor_id = 0x1b36;
  std::uint32_t device_id = 0x0dbe;
  std::uint32_t class_code = 0x088000;
  std::uint32_t msix_vectors = 16;
  std::uint32_t msi_vectors = 1;
  bool msi_masking = true;
  std::uint32_t tags = 0;
  std::uint32_t local_memory = 65536;
  void describe(ParameterGroup& group);
};

/// What the functions of an endpoint do.
enum class FunctionKind : std::uint8_t {
  dma,   ///< a DMA engine, and a doorbell region for sources of traffic
  nvme,  ///< an NVMe controller
};

struct EndpointParameters {
  FunctionKind kind = FunctionKind::dma;
  std::uint32_t functions = 1;
  std::uint32_t max_payload_supported = 256;
  std::uint32_t initial_max_payload = 256;
  std::uint32_t initial_max_read_request = 512;
  TagWidth tag_width = TagWidth::bits8;
  Time latency = 0;
  FunctionParameters function;
  NvmeParameters nvme;
  void describe(ParameterGroup& group);
};

/// When a generator's transactions arrive.
enum class ArrivalPattern : std::uint8_t {
  closed,   ///< a number of them outstanding, the next when one has ended
  poisson,  ///< independently, with a mean interval
  fixed,    ///< at a fixed interval
};

/// What each transaction of a generator is.
enum class GeneratorOperation : std::uint8_t {
  write,
  read,
  message,             ///< a signal of a vector
  write_then_message,  ///< data, and then a signal
};

struct GeneratorParameters {
  ArrivalPattern arrivals = ArrivalPattern::closed;
  GeneratorOperation operation = GeneratorOperation::write_then_message;
  std::uint64_t count = 1000;
  std::uint32_t outstanding = 1;
  Time interval = microsecond;
  std::uint32_t length = 64;
  std::uint64_t address = 0;
  std::uint64_t range = 4096;
  bool random_addresses = false;
  std::uint32_t vectors = 1;
  std::uint64_t seed = 1;
  void describe(ParameterGroup& group);
};

}  // namespace doorbell::pcie
