#include "doorbell/core/protocol_checker.h"

// What each phase does to the state of the two channels and of its transaction.

namespace doorbell {

ProtocolChecker::Transaction* ProtocolChecker::find(const Payload& payload, const char* phase,
                                                    Time at) {
  const auto found = transactions_.find(&payload);
  if (found == transactions_.end()) {
    expect(false, phase, payload);
    return nullptr;
  }
  expect(at >= found->second.latest, "time of a transaction decreases", payload);
  found->second.latest = at;
  return &found->second;
}

void ProtocolChecker::begin_request(Payload& payload, Time at) {
  check_request(payload);
  expect(payload.has_mm(), "nb_transport of a payload without memory manager", payload);
  expect(!payload.has_mm() || payload.get_ref_count() > 0, "nb_transport of a payload nobody holds",
         payload);
  expect(requesting_ == nullptr, "BEGIN_REQ before the END_REQ of the request before", payload);
  expect(!times_are_ordered() || at >= request_ended_,
         "BEGIN_REQ earlier than the END_REQ before it", payload);
  // An initiator may take its response and send the payload again inside nb_transport_bw.
  const bool has_response = in_response_call_ && responding_ == &payload;
  const Transaction begun{State::requesting, Attributes(payload), at, ++begun_};
  const bool is_new = transactions_.insert_or_assign(&payload, begun).second;
  expect(is_new || has_response, "BEGIN_REQ of a payload that is in use", payload);
  requesting_ = &payload;
}

void ProtocolChecker::end_request(Payload& payload, Time at) {
  Transaction* transaction = find(payload, "END_REQ without BEGIN_REQ", at);
  if (transaction == nullptr) return;
  expect(transaction->state == State::requesting, "END_REQ twice, or after BEGIN_RESP", payload);
  if (transaction->state == State::requesting) transaction->state = State::requested;
  if (requesting_ == &payload) {
    requesting_ = nullptr;
    request_ended_ = end_of_phase(at);
  }
}

std::uint64_t ProtocolChecker::begin_response(Payload& payload, Time at) {
  Transaction* transaction = find(payload, "BEGIN_RESP without BEGIN_REQ", at);
  if (transaction == nullptr) return 0;
  // BEGIN_RESP may come without END_REQ, and then is one too.
  if (requesting_ == &payload) {
    requesting_ = nullptr;
    request_ended_ = end_of_phase(at);
  }
  expect(transaction->state != State::responding, "BEGIN_RESP twice", payload);
  expect(responding_ == nullptr || responding_ == &payload,
         "BEGIN_RESP before the END_RESP of the response before", payload);
  expect(!times_are_ordered() || at >= response_ended_,
         "BEGIN_RESP earlier than the END_RESP before it", payload);
  check_response(payload, transaction->attributes);
  transaction->state = State::responding;
  responding_ = &payload;
  return transaction->number;
}

void ProtocolChecker::end_response(Payload& payload, Time at) {
  Transaction* transaction = find(payload, "END_RESP without BEGIN_REQ", at);
  if (transaction == nullptr) return;
  expect(transaction->state == State::responding, "END_RESP before BEGIN_RESP", payload);
  if (responding_ == &payload) {
    responding_ = nullptr;
    response_ended_ = end_of_phase(at);
  }
  if (requesting_ == &payload) requesting_ = nullptr;
  transactions_.erase(&payload);
}

/// TLM_COMPLETED to BEGIN_REQ: the response is there, and no phase follows.
void ProtocolChecker::complete(Payload& payload, Time at) {
  Transaction* transaction = find(payload, "TLM_COMPLETED without BEGIN_REQ", at);
  if (transaction == nullptr) return;
  expect(transaction->state == State::requesting, "TLM_COMPLETED after another phase", payload);
  check_response(payload, transaction->attributes);
  if (requesting_ == &payload) {
    requesting_ = nullptr;
    request_ended_ = end_of_phase(at);
  }
  if (responding_ == &payload) responding_ = nullptr;
  transactions_.erase(&payload);
}

}  // namespace doorbell
