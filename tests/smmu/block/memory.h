#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "doorbell/core/arch/wait_primitives.h"
#include "doorbell/core/atomic_access.h"
#include "doorbell/core/memory_port.h"
#include "doorbell/core/requester.h"
#include "doorbell/core/simulation.h"
#include "doorbell/core/target_socket.h"

namespace doorbell::smmu::test {

/// A plain memory with a latency and several ports onto the same bytes, which tests read and write
/// directly. Ranges can abort or hold accesses back.
class Memory : public Module {
 public:
  Memory(const sc_core::sc_module_name& name, Time access_latency, unsigned depth = 64)
      : Module(name), latency(access_latency), depth_(depth), released_(scheduler()) {}

  /// Makes a socket whose accesses are logged as of port `n`. Several may be of one port.
  TargetSocket& socket_of_port(unsigned n) {
    const std::string socket = "socket" + std::to_string(sockets_.size());
    sockets_.push_back(std::make_unique<TargetSocket>(
        socket.c_str(), tasks_, BufferDepth{depth_, depth_},
        [this, n](Payload& payload) { return serve(n, payload); },
        TargetAbilities{.byte_enables = true, .ignored_commands = true}));
    sockets_.back()->on_debug([this](Payload& payload) { return move_bytes(payload); });
    return *sockets_.back();
  }

  std::uint64_t load(std::uint64_t address, unsigned size = 8) {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < size; ++i)
      value |= std::uint64_t{byte(address + i)} << (8 * i);
    return value;
  }
  void store(std::uint64_t address, std::uint64_t value, unsigned size = 8) {
    for (unsigned i = 0; i < size; ++i)
      byte(address + i) = static_cast<std::uint8_t>(value >> (8 * i));
  }

  struct Access {
    unsigned port;
    bool write;
    std::uint64_t address;
    Time arrival;
    Time done;
    std::uint32_t device_id = 0;     ///< Of the Requester.
    std::uint8_t attributes = 0xff;  ///< Likewise.
    bool atomic = false;             ///< An AtomicAccess.
  };
  /// Every access, in the order of arrival.
  std::vector<Access> log;
  std::size_t count(unsigned port_number, std::uint64_t first, std::uint64_t last) const {
    std::size_t n = 0;
    for (const Access& a : log)
      n += a.port == port_number && a.address >= first && a.address <= last;
    return n;
  }

  /// Accesses to [first, last] are answered with an error.
  void abort(std::uint64_t first, std::uint64_t last) { aborts_[first] = last; }
  void no_aborts() { aborts_.clear(); }
  /// Accesses to [first, last] wait until `release`.
  void hold(std::uint64_t first, std::uint64_t last) { held_[first] = last; }
  void release() {
    held_.clear();
    released_.notify_all();
  }
  /// Of one range alone, by its first address.
  void release(std::uint64_t first) {
    held_.erase(first);
    released_.notify_all();
  }

  Time latency;
  /// Reads give what was there when they arrived, and not when they are answered.
  bool sample_early = false;
  /// Whether it knows AtomicAccess.
  bool knows_atomics = true;

 private:
  using Ranges = std::map<std::uint64_t, std::uint64_t>;
  static bool in(const Ranges& ranges, std::uint64_t address) {
    auto after = ranges.upper_bound(address);
    return after != ranges.begin() && std::prev(after)->second >= address;
  }
  std::uint8_t& byte(std::uint64_t address) { return pages_[address >> 12][address & 0xfff]; }

  unsigned move_bytes(Payload& payload) {
    for (unsigned i = 0; i < payload.get_data_length(); ++i) {
      const std::uint8_t* const enables = payload.get_byte_enable_ptr();
      if (enables != nullptr && enables[i % payload.get_byte_enable_length()] == 0) continue;
      std::uint8_t& here = byte(payload.get_address() + i);
      if (payload.is_write()) {
        here = payload.get_data_ptr()[i];
      } else {
        payload.get_data_ptr()[i] = here;
      }
    }
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
    return payload.get_data_length();
  }

  void change_bytes(Payload& payload, AtomicAccess& atomic) {
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
    if (!knows_atomics) return;
    std::uint8_t* const first = &byte(payload.get_address());  // aligned: all in one page
    atomic.apply({first, atomic.size});
  }

  Task<void> serve(unsigned n, Payload& payload) {
    const std::size_t entry = log.size();
    AtomicAccess* const atomic = AtomicAccess::of(payload);
    log.push_back({n, payload.is_write(), payload.get_address(), now(), 0});
    log.back().atomic = atomic != nullptr;
    if (const Requester* const requester = requester_of(payload)) {
      log.back().device_id = requester->device_id;
      log.back().attributes = requester->memory_attributes;
    }
    while (in(held_, payload.get_address()))
      co_await released_.wait();
    if (sample_early && payload.is_read()) {
      move_bytes(payload);
      co_await Delay{scheduler(), latency};
      co_return;
    }
    co_await Delay{scheduler(), latency};
    log[entry].done = now();
    if (in(aborts_, payload.get_address())) {
      payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    } else if (atomic != nullptr) {
      change_bytes(payload, *atomic);
    } else {
      move_bytes(payload);
    }
  }

  std::unordered_map<std::uint64_t, std::array<std::uint8_t, 4096>> pages_;
  unsigned depth_;
  Ranges aborts_;
  Ranges held_;
  Condition released_;
  std::vector<std::unique_ptr<TargetSocket>> sockets_;
  TaskGroup tasks_{scheduler()};
};

}  // namespace doorbell::smmu::test
