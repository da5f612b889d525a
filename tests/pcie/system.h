#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "doorbell/core/memory_port.h"
#include "doorbell/core/protocol_checker.h"
#include "doorbell/core/simulation.h"
#include "doorbell/core/target_socket.h"
#include "doorbell/pcie/endpoint.h"
#include "doorbell/pcie/link.h"
#include "doorbell/pcie/root_complex.h"

namespace doorbell::pcie::test {

/// A memory that notes what reaches it. `latency` says how long each access takes; an address at or
/// above `end` gets TLM_ADDRESS_ERROR_RESPONSE.
class Memory : public Module {
 public:
  explicit Memory(const sc_core::sc_module_name& name)
      : Module(name),
        reads("reads", tasks_, {4096, 4096}, [this](Payload& p) { return serve(p); }),
        writes("writes", tasks_, {4096, 4096}, [this](Payload& p) { return serve(p); }) {}
  TargetSocket reads;
  TargetSocket writes;

  struct Access {
    Time at;
    Time answered;
    std::uint64_t address;
    bool write;
    unsigned length;
    Requester requester;
  };
  std::function<Time(std::uint64_t)> latency = [](std::uint64_t) { return Time{0}; };
  std::uint64_t end = ~std::uint64_t{0};
  /// How an access below `end` is answered.
  std::function<tlm::tlm_response_status(std::uint64_t)> status = [](std::uint64_t) {
    return tlm::TLM_OK_RESPONSE;
  };
  std::vector<Access> accesses;
  bool records = true;
  bool takes_messages = true;  ///< Ends the Journeys of MSIs, as an ITS does.

  std::uint8_t& byte(std::uint64_t address) { return bytes_[address]; }
  std::uint32_t word(std::uint64_t address) {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < 4; ++i)
      value |= std::uint32_t{byte(address + i)} << 8 * i;
    return value;
  }
  template <class Bytes>
  void fill(std::uint64_t address, const Bytes& from) {
    for (auto b : from)
      byte(address++) = b;
  }

 private:
  Task<void> serve(Payload& payload) {
    const std::uint64_t address = payload.get_address();
    const std::size_t index = accesses.size();
    if (records) {
      const Requester* requester = requester_of(payload);
      accesses.push_back({now(), never, address, payload.is_write(), payload.get_data_length(),
                          requester != nullptr ? *requester : Requester{}});
    }
    co_await Delay{scheduler(), latency(address)};
    if (records) accesses[index].answered = now();
    if (const JourneyHandle journey = journey_of(payload); journey && takes_messages) {
      simulation().journeys().finish(journey, Outcome::acknowledged, now());
      requester_of(payload)->journey = {};
    }
    if (address >= end) {
      payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
      co_return;
    }
    payload.set_response_status(status(address));
    if (records && payload.is_response_ok()) {
      for (unsigned i = 0; i < payload.get_data_length(); ++i) {
        std::uint8_t& data = payload.get_data_ptr()[i];
        if (payload.is_write()) {
          byte(address + i) = data;
        } else {
          data = byte(address + i);
        }
      }
    }
  }

  std::map<std::uint64_t, std::uint8_t> bytes_;
  TaskGroup tasks_{scheduler()};
};

/// Software's side: loads and stores as tasks.
class Processor : public Module {
 public:
  explicit Processor(const sc_core::sc_module_name& name)
      : Module(name), configuration("configuration"), reads("reads"), writes("writes") {}
  InitiatorSocket configuration;
  InitiatorSocket reads;
  InitiatorSocket writes;
  tlm::tlm_response_status status = tlm::TLM_INCOMPLETE_RESPONSE;

  /// The way of an access, as an interconnect would decide it.
  InitiatorSocket& way_of(const Payload& payload) {
    constexpr std::uint64_t ecam = 0x40'1000'0000;
    if (payload.get_address() - ecam < 256 * RootComplex::ecam_bytes_per_bus) return configuration;
    return payload.is_write() ? writes : reads;
  }
  Task<std::uint32_t> load(std::uint64_t address, unsigned size = 4) {
    PayloadReference payload = simulation().payloads().take(tlm::TLM_READ_COMMAND, address, size);
    co_await way_of(*payload).transport(*payload);
    status = payload->get_response_status();
    std::uint32_t value = 0;
    for (unsigned i = 0; i < std::min(size, 4u); ++i)
      value |= std::uint32_t{payload->data()[i]} << 8 * i;
    co_return value;
  }
  Task<void> store(std::uint64_t address, std::uint32_t value, unsigned size = 4) {
    PayloadReference payload = simulation().payloads().take(tlm::TLM_WRITE_COMMAND, address, size);
    for (unsigned i = 0; i < size; ++i)
      payload->data()[i] = static_cast<std::uint8_t>(value >> 8 * i);
    co_await way_of(*payload).transport(*payload);
    status = payload->get_response_status();
  }
  void start(Task<void> task) { tasks_.spawn(std::move(task)); }

 private:
  TaskGroup tasks_{scheduler()};
};

struct SystemParameters {
  LinkParameters link;
  RootComplexParameters root;
  EndpointParameters endpoint;
  unsigned endpoints = 1;
};

/// Processor, root complex, links, endpoints and memory.
class System {
 public:
  explicit System(SystemParameters p = {}) {
    p.root.ports.clear();
    for (unsigned i = 0; i < p.endpoints; ++i)
      p.root.ports.push_back({0, i + 1, false});
    root = std::make_unique<RootComplex>("root", p.root);
    connect(processor.configuration, root->configuration);
    connect(processor.reads, root->processor_reads);
    connect(processor.writes, root->processor_writes);
    connect(root->memory_reads(), memory.reads);
    connect(root->memory_writes(), memory.writes);
    for (unsigned i = 0; i < p.endpoints; ++i) {
      const std::string number = std::to_string(i);
      links.push_back(std::make_unique<Link>(("link" + number).c_str(), p.link));
      endpoints.push_back(
          std::make_unique<Endpoint>(("endpoint" + number).c_str(), p.endpoint, p.link.shape()));
      root->port(i).bind(links[i]->upstream);
      links[i]->downstream.bind(endpoints[i]->link);
      for (unsigned f = 0; f < p.endpoint.functions; ++f) {
        function(i, f).set_requester_id(requester_id(0, i + 1, f));
      }
    }
  }

  ~System() {
    for (const auto& checker : checkers)
      EXPECT_EQ(checker->violations(), 0u) << checker->name();
  }

  void connect(InitiatorSocket& from, TargetSocket& to) {
    const std::string name = "checker" + std::to_string(checkers.size());
    checkers.push_back(std::make_unique<ProtocolChecker>(name.c_str()));
    from.bind(checkers.back()->upstream);
    checkers.back()->downstream.bind(to);
  }

  /// What firmware would have set up: memory space, bus master, a BAR 0 and a BAR 2.
  void enable(unsigned endpoint = 0, unsigned number = 0) {
    Function& f = function(endpoint, number);
    f.write_configuration(0x10, 4, bar0(endpoint, number));
    f.write_configuration(0x18, 4, bar2(endpoint, number));
    f.write_configuration(
        ConfigurationSpace::Command, 2,
        ConfigurationSpace::Memory_Space_Enable | ConfigurationSpace::Bus_Master_Enable);
  }
  /// MSI-X on, `vector` unmasked with an address and data.
  void program_msix(unsigned vector, std::uint64_t address, std::uint32_t data,
                    unsigned endpoint = 0, unsigned number = 0, bool masked = false) {
    Function& f = function(endpoint, number);
    const std::uint32_t words[] = {static_cast<std::uint32_t>(address),
                                   static_cast<std::uint32_t>(address >> 32), data,
                                   masked ? 1u : 0u};
    f.write_memory(bar2(endpoint, number) + 16 * vector,
                   std::span(reinterpret_cast<const std::uint8_t*>(words), 16));
    f.write_configuration(f.msix().offset() + 2, 2, MsixCapability::MSI_X_Enable);
  }
  static std::uint32_t bar0(unsigned endpoint, unsigned number) {
    return 0x1000'0000 + 0x10'0000 * endpoint + 0x2'0000 * number;
  }
  static std::uint32_t bar2(unsigned endpoint, unsigned number) {
    return bar0(endpoint, number) + 0x1'0000;
  }
  static std::uint64_t ecam(unsigned device, unsigned number, unsigned offset) {
    return 0x40'1000'0000 + (device << 15 | number << 12 | offset);
  }

  Function& function(unsigned endpoint = 0, unsigned number = 0) {
    return endpoints[endpoint]->function(number);
  }
  void start(Task<void> task) { processor.start(std::move(task)); }
  static void run(Time time = 10 * millisecond) {
    sc_core::sc_start(sc_core::sc_time::from_value(time));
  }

  const Statistic& statistic(const std::string& path) {
    const Statistic* found = Simulation::current().statistics().find(path);
    if (found == nullptr) throw std::logic_error("no statistic " + path);
    return *found;
  }
  std::uint64_t count(const std::string& path) {
    return dynamic_cast<const Counter&>(statistic(path)).value();
  }

  Memory memory{"memory"};
  Processor processor{"processor"};
  std::vector<std::unique_ptr<ProtocolChecker>> checkers;
  std::unique_ptr<RootComplex> root;
  std::vector<std::unique_ptr<Link>> links;
  std::vector<std::unique_ptr<Endpoint>> endpoints;
};

/// Time of `bytes` on the TLP layer of a link with shared DLLP accounting: generations 3 to 5,
/// rounded up. Written out from the rates, apart from the code under test.
inline Time line_time(unsigned bytes, unsigned generation = 4, unsigned lanes = 4) {
  const std::uint64_t mega[] = {8'000, 16'000, 32'000};
  const std::uint64_t numerator = std::uint64_t{bytes} * 8'000'000 * 130 * 1538;
  const std::uint64_t denominator = 128 * 1534 * mega[generation - 3] * lanes;
  return (numerator + denominator - 1) / denominator;
}

inline constexpr std::uint64_t high_memory = 0x8'0000'0000;  // 4 DW headers

}  // namespace doorbell::pcie::test
