// What every example's SC_THREADs do: a load or a store through a socket, and a word about what
// went wrong.
#pragma once

#include <cstdint>
#include <iostream>
#include <systemc>
#include <tlm>

/// Reads or writes `value`; waits until that has been answered, and says whether it went well.
template <class Socket, class Value>
bool access(Socket& socket, tlm::tlm_command command, std::uint64_t address, Value& value) {
  tlm::tlm_generic_payload payload;
  payload.set_command(command);
  payload.set_address(address);
  payload.set_data_ptr(reinterpret_cast<std::uint8_t*>(&value));
  payload.set_data_length(sizeof value);
  payload.set_streaming_width(sizeof value);
  payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  sc_core::sc_time delay;
  socket->b_transport(payload, delay);
  sc_core::wait(delay);
  return payload.is_response_ok();
}

template <class Value, class Socket>
Value load(Socket& socket, std::uint64_t address) {
  Value value{};
  access(socket, tlm::TLM_READ_COMMAND, address, value);
  return value;
}

template <class Value, class Socket>
void store(Socket& socket, std::uint64_t address, Value value) {
  access(socket, tlm::TLM_WRITE_COMMAND, address, value);
}

/// Counts what isn't as it should be.
struct Expectations {
  unsigned failures = 0;
  bool done = false;

  void expect(bool holds, const char* what) {
    if (holds) return;
    std::cerr << "not so: " << what << '\n';
    ++failures;
  }
  /// The status that sc_main ends with.
  int result(const char* name) const {
    if (!done) std::cerr << "the software didn't come to its end\n";
    if (!done || failures != 0) return 1;
    std::cout << name << ": passed\n";
    return 0;
  }
};
