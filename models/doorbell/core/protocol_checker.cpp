#include "doorbell/core/protocol_checker.h"

#include <sstream>

#include "doorbell/core/peer.h"

namespace doorbell {

class ProtocolChecker::Forward : public tlm::tlm_fw_transport_if<> {
 public:
  explicit Forward(ProtocolChecker& checker) : checker_(checker) {}
  void b_transport(Payload& payload, sc_core::sc_time& delay) override {
    checker_.b_transport(payload, delay);
  }
  tlm::tlm_sync_enum nb_transport_fw(Payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) override {
    return checker_.forward(payload, phase, delay);
  }
  unsigned transport_dbg(Payload& payload) override {
    return checker_.downstream->transport_dbg(payload);
  }
  bool get_direct_mem_ptr(Payload& payload, tlm::tlm_dmi& dmi) override {
    return checker_.downstream->get_direct_mem_ptr(payload, dmi);
  }

 private:
  ProtocolChecker& checker_;
};

class ProtocolChecker::Backward : public tlm::tlm_bw_transport_if<> {
 public:
  explicit Backward(ProtocolChecker& checker) : checker_(checker) {}
  tlm::tlm_sync_enum nb_transport_bw(Payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) override {
    return checker_.backward(payload, phase, delay);
  }
  void invalidate_direct_mem_ptr(sc_dt::uint64 first, sc_dt::uint64 last) override {
    checker_.upstream->invalidate_direct_mem_ptr(first, last);
  }

 private:
  ProtocolChecker& checker_;
};

namespace {

/// The same with the mark of a socket of ours.
template <class Interface>
class Marked : public Interface, public DoorbellPeer {
 public:
  using Interface::Interface;
};

template <class Interface, class Checker>
std::unique_ptr<Interface> make(Checker& checker, bool foreign) {
  if (foreign) return std::make_unique<Interface>(checker);
  return std::make_unique<Marked<Interface>>(checker);
}

}  // namespace

ProtocolChecker::Attributes::Attributes(const Payload& payload)
    : command(payload.get_command()),
      data(payload.get_data_ptr()),
      length(payload.get_data_length()),
      streaming_width(payload.get_streaming_width()),
      byte_enables(payload.get_byte_enable_ptr()),
      byte_enable_length(payload.get_byte_enable_length()) {}

ProtocolChecker::ProtocolChecker(const sc_core::sc_module_name& module_name, CheckedSockets sockets)
    : Module(module_name),
      upstream("upstream"),
      downstream("downstream"),
      violations_(statistics(), "violations",
                  {.unit = "violations",
                   .better = Better::lower,
                   .help = "Of the TLM-2.0 base protocol, by the sockets on either side."}),
      forward_(make<Forward>(*this, sockets.foreign_target)),
      backward_(make<Backward>(*this, sockets.foreign_initiator)) {
  upstream.bind(*forward_);
  downstream.bind(*backward_);
}

ProtocolChecker::~ProtocolChecker() = default;

Time ProtocolChecker::time_of(const sc_core::sc_time& delay) const {
  return simulation().kernel().time_of(delay);
}

void ProtocolChecker::expect(bool holds, const char* rule, const Payload& payload) {
  if (holds) return;
  violations_.add();
  std::ostringstream text;
  text << name() << ": " << rule << " (" << (payload.is_write() ? "write" : "read") << " at 0x"
       << std::hex << payload.get_address() << std::dec << ", " << scheduler().now() << " ps)";
  if (messages_.size() == most_messages) return;  // they go on being counted
  messages_.push_back(text.str());
  SC_REPORT_WARNING("doorbell/protocol", text.str().c_str());
}

void ProtocolChecker::check_request(const Payload& payload) {
  const bool moves_data = payload.get_command() != tlm::TLM_IGNORE_COMMAND;
  expect(!moves_data || (payload.get_data_ptr() != nullptr && payload.get_data_length() != 0),
         "no data", payload);
  expect(payload.get_streaming_width() != 0, "streaming width is zero", payload);
  expect(payload.get_byte_enable_ptr() == nullptr || payload.get_byte_enable_length() != 0,
         "byte enables without length", payload);
  expect(payload.get_response_status() == tlm::TLM_INCOMPLETE_RESPONSE,
         "response status is set before the request", payload);
  expect(!payload.is_dmi_allowed(), "DMI hint is set before the request", payload);
}

void ProtocolChecker::check_response(const Payload& payload, const Attributes& sent) {
  expect(payload.get_response_status() != tlm::TLM_INCOMPLETE_RESPONSE,
         "response without response status", payload);
  expect(Attributes(payload) == sent, "attributes were changed on the way", payload);
}

void ProtocolChecker::b_transport(Payload& payload, sc_core::sc_time& delay) {
  check_request(payload);
  const Attributes sent(payload);
  const Time before = time_of(delay);
  downstream->b_transport(payload, delay);
  expect(time_of(delay) >= before, "b_transport returned before it was called", payload);
  check_response(payload, sent);
}

tlm::tlm_sync_enum ProtocolChecker::forward(Payload& payload, tlm::tlm_phase& phase,
                                            sc_core::sc_time& delay) {
  const Time at = time_of(delay);
  const bool is_request = phase == tlm::BEGIN_REQ;
  if (is_request) {
    begin_request(payload, at);
  } else if (phase == tlm::END_RESP) {
    end_response(payload, at);
  } else {
    expect(phase != tlm::END_REQ && phase != tlm::BEGIN_RESP, "phase in the wrong direction",
           payload);
  }
  const tlm::tlm_sync_enum status = downstream->nb_transport_fw(payload, phase, delay);
  after_forward(payload, is_request, status, phase, time_of(delay));
  return status;
}

void ProtocolChecker::after_forward(Payload& payload, bool is_request, tlm::tlm_sync_enum status,
                                    const tlm::tlm_phase& phase, Time at) {
  if (!is_request) {
    // After END_RESP the payload may be gone: it isn't looked at.
    if (status == tlm::TLM_UPDATED) expect(false, "TLM_UPDATED after END_RESP", payload);
  } else if (status == tlm::TLM_COMPLETED) {
    complete(payload, at);
  } else if (status == tlm::TLM_UPDATED && phase == tlm::END_REQ) {
    end_request(payload, at);
  } else if (status == tlm::TLM_UPDATED && phase == tlm::BEGIN_RESP) {
    begin_response(payload, at);
  } else if (status == tlm::TLM_UPDATED) {
    expect(false, "TLM_UPDATED with a phase that can't follow BEGIN_REQ", payload);
  }
}

tlm::tlm_sync_enum ProtocolChecker::backward(Payload& payload, tlm::tlm_phase& phase,
                                             sc_core::sc_time& delay) {
  const Time at = time_of(delay);
  if (phase == tlm::BEGIN_RESP) {
    const std::uint64_t number = begin_response(payload, at);
    in_response_call_ = true;
    const tlm::tlm_sync_enum status = upstream->nb_transport_bw(payload, phase, delay);
    in_response_call_ = false;
    after_begin_response(payload, number, status, phase, time_of(delay));
    return status;
  }
  const bool is_end_request = phase == tlm::END_REQ;
  if (is_end_request) end_request(payload, at);
  expect(phase != tlm::BEGIN_REQ && phase != tlm::END_RESP, "phase in the wrong direction",
         payload);
  const tlm::tlm_sync_enum status = upstream->nb_transport_bw(payload, phase, delay);
  expect(!is_end_request || status == tlm::TLM_ACCEPTED, "END_REQ is not answered TLM_ACCEPTED",
         payload);
  return status;
}

void ProtocolChecker::after_begin_response(Payload& payload, std::uint64_t number,
                                           tlm::tlm_sync_enum status, const tlm::tlm_phase& phase,
                                           Time at) {
  const bool ended =
      status == tlm::TLM_COMPLETED || (status == tlm::TLM_UPDATED && phase == tlm::END_RESP);
  const auto found = transactions_.find(&payload);
  const bool is_same = found != transactions_.end() && found->second.number == number;
  if (ended && is_same) {
    end_response(payload, at);
  } else if (ended && responding_ == &payload) {
    // The initiator has sent the payload again already, inside the call.
    responding_ = nullptr;
    response_ended_ = end_of_phase(at);
  } else if (status == tlm::TLM_UPDATED && !ended) {
    expect(false, "TLM_UPDATED with a phase that can't follow BEGIN_RESP", payload);
  }
}

}  // namespace doorbell
