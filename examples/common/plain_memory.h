// A memory as anybody would write it: plain TLM-2.0, b_transport with wait().
#pragma once

#include <tlm_utils/multi_passthrough_target_socket.h>

#include <cstdint>
#include <cstring>
#include <systemc>
#include <tlm>
#include <vector>

struct PlainMemory : sc_core::sc_module {
  /// For any number of initiators, 64 bits wide.
  tlm_utils::multi_passthrough_target_socket<PlainMemory, 64> socket{"socket"};
  const std::uint64_t base;
  std::vector<std::uint8_t> bytes;

  PlainMemory(const sc_core::sc_module_name& name, std::uint64_t base_address, std::size_t size)
      : sc_module(name), base(base_address), bytes(size) {
    socket.register_b_transport(this, &PlainMemory::b_transport);
  }

  void b_transport(int, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
    wait(delay + sc_core::sc_time(50, sc_core::SC_NS));
    delay = sc_core::SC_ZERO_TIME;
    const std::uint64_t offset = payload.get_address() - base;
    const unsigned length = payload.get_data_length();
    if (offset > bytes.size() || length > bytes.size() - offset) {
      payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
      return;
    }
    if (payload.is_read()) {
      std::memcpy(payload.get_data_ptr(), &bytes[offset], length);
    } else {
      std::memcpy(&bytes[offset], payload.get_data_ptr(), length);
    }
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  }

  template <class Value>
  void store(std::uint64_t address, Value value) {
    std::memcpy(&bytes.at(address - base), &value, sizeof value);
  }
  template <class Value>
  Value load(std::uint64_t address) const {
    Value value{};
    std::memcpy(&value, &bytes.at(address - base), sizeof value);
    return value;
  }
};
