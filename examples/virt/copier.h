// A device as an integrator brings it along: plain TLM-2.0, 32 bits wide, an SC_THREAD. It knows
// nothing of Doorbell.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <systemc>
#include <tlm>

#include "common/plain_access.h"

/// Copies memory to memory, 64 bytes at a time, and writes a message when it is done.
struct Copier : sc_core::sc_module {
  SC_HAS_PROCESS(Copier);
  tlm_utils::simple_target_socket<Copier> registers{"registers"};
  tlm_utils::simple_initiator_socket<Copier> dma{"dma"};
  std::uint64_t transactions = 0;
  std::uint64_t bytes = 0;

  /// Offsets of its registers, 64 bits each.
  enum Register : std::uint64_t {
    source = 0x00,
    destination = 0x08,
    message = 0x10,  ///< where that goes
    start = 0x18,    ///< the number of bytes; reads as what is left
  };

  explicit Copier(const sc_core::sc_module_name& name) : sc_module(name) {
    registers.register_b_transport(this, &Copier::b_transport);
    SC_THREAD(run);
  }

 private:
  std::array<std::uint64_t, 4> values_{};
  sc_core::sc_event started_;

  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
    delay += sc_core::sc_time(10, sc_core::SC_NS);
    const std::uint64_t offset = payload.get_address();
    if (offset % 8 != 0 || offset / 8 >= values_.size() || payload.get_data_length() != 8) {
      payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
      return;
    }
    std::uint64_t& value = values_[offset / 8];
    if (payload.is_read()) {
      std::memcpy(payload.get_data_ptr(), &value, 8);
    } else {
      std::memcpy(&value, payload.get_data_ptr(), 8);
      if (offset == start) started_.notify(delay);
    }
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  }

  void run() {
    for (;;) {
      if (values_[start / 8] == 0) wait(started_);
      for (std::uint64_t done = 0; values_[start / 8] != 0; done += 64) {
        const std::uint64_t length = std::min<std::uint64_t>(64, values_[start / 8]);
        std::array<std::uint8_t, 64> data{};
        access(dma, tlm::TLM_READ_COMMAND, values_[source / 8] + done, data);
        access(dma, tlm::TLM_WRITE_COMMAND, values_[destination / 8] + done, data);
        transactions += 2;
        bytes += 2 * length;
        values_[start / 8] -= length;
      }
      store(dma, values_[message / 8], std::uint32_t{0});
    }
  }
};
