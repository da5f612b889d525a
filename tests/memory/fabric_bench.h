#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "doorbell/memory/fabric.h"
#include "doorbell/memory/ram.h"
#include "tests/memory/test_initiator.h"

namespace doorbell::memory {

/// Two initiators, "one" and "two", in front of a fabric, with the memories "near" at 0x1000_0000
/// and "far" at 0x2000_0000 behind it. 1 GHz, 8 bytes a cycle, 4 cycles each way.
class FabricBench : public testing::Test {
 protected:
  FabricBench() {
    fabric_parameters_.clock = 1'000'000'000;
    fabric_parameters_.width = 8;
    fabric_parameters_.request_latency = 4;
    fabric_parameters_.response_latency = 4;
    for (RamParameters* ram : {&near_parameters_, &far_parameters_}) {
      ram->size = 16ULL << 20;
      ram->width = 64;
      ram->read_latency = 50 * nanosecond;
      ram->write_latency = 20 * nanosecond;
      ram->last_level_cache.size = 0;
    }
  }

  void build() {
    fabric_ = std::make_unique<Fabric>(
        "fabric", fabric_parameters_, std::vector<std::string>{"one", "two"},
        std::vector<FabricTarget>{{"near_port", {{near_base, 16ULL << 20}}},
                                  {"far_port", {{far_base, 16ULL << 20}}}});
    near_ = std::make_unique<Ram>("near", near_parameters_);
    far_ = std::make_unique<Ram>("far", far_parameters_);
    one_.socket.bind(fabric_->port("one"));
    two_.socket.bind(fabric_->port("two"));
    fabric_->target("near_port").bind(near_->upstream);
    fabric_->target("far_port").bind(far_->upstream);
  }
  static void run(Time duration = 10 * millisecond) {
    sc_core::sc_start(sc_core::sc_time::from_value(duration));
  }
  static Time latency(const TestInitiator& initiator, std::size_t access) {
    return initiator.accesses[access].ended - initiator.accesses[access].started;
  }
  static Time last_end(const TestInitiator& initiator) {
    Time last = 0;
    for (const auto& access : initiator.accesses)
      last = std::max(last, access.ended);
    return last;
  }
  template <class T>
  const T& statistic(std::string_view path) {
    const auto* found = dynamic_cast<const T*>(one_.simulation().statistics().find(path));
    if (found == nullptr) throw std::out_of_range(std::string(path));
    return *found;
  }
  Simulation& simulation() { return one_.simulation(); }

  static constexpr std::uint64_t near_base = 0x1000'0000;
  static constexpr std::uint64_t far_base = 0x2000'0000;
  FabricParameters fabric_parameters_;
  RamParameters near_parameters_;
  RamParameters far_parameters_;
  TestInitiator one_{"initiator_one"};
  TestInitiator two_{"initiator_two"};
  std::unique_ptr<Fabric> fabric_;
  std::unique_ptr<Ram> near_;
  std::unique_ptr<Ram> far_;
};

}  // namespace doorbell::memory
