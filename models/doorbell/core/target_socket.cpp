#include "doorbell/core/target_socket.h"

#include <algorithm>
#include <utility>

#include "doorbell/core/requester.h"
#include "doorbell/core/simulation.h"

namespace doorbell {

TargetSocket::TargetSocket(const char* name, TaskGroup& tasks, BufferDepth depth, Handler handler,
                           TargetAbilities abilities)
    : tlm_target_socket(name),
      kernel_(Simulation::current().kernel()),
      tasks_(tasks),
      depth_(depth),
      abilities_(abilities),
      handler_(std::move(handler)) {
  bind(static_cast<tlm::tlm_fw_transport_if<>&>(*this));
}

/// Whether that is beyond the target, or no transaction at all; then it has its answer.
bool TargetSocket::refuses(Payload& payload) const {
  tlm::tlm_response_status status = tlm::TLM_INCOMPLETE_RESPONSE;
  const bool has_byte_enables = payload.get_byte_enable_ptr() != nullptr;
  if (payload.get_command() == tlm::TLM_IGNORE_COMMAND) {
    if (!abilities_.ignored_commands) status = tlm::TLM_OK_RESPONSE;
  } else if (has_byte_enables &&
             (!abilities_.byte_enables || payload.get_byte_enable_length() == 0)) {
    status = tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE;
  } else if (payload.get_data_length() == 0 || payload.get_streaming_width() == 0 ||
             (payload.get_streaming_width() < payload.get_data_length() && !abilities_.streaming)) {
    status = tlm::TLM_BURST_ERROR_RESPONSE;
  }
  if (status == tlm::TLM_INCOMPLETE_RESPONSE) return false;
  payload.set_response_status(status);
  return true;
}

void TargetSocket::wait_at_the_door(const Request& request) {
  if (const JourneyHandle journey = journey_of(*request.payload)) {
    journey.wait(request.arrival, name(), newest_ != nullptr ? holder_of(*newest_) : Holder{});
  }
  waiting_.push_back(request);
}

void TargetSocket::accept(const Request& request) {
  enter(*request.payload);
  Scheduler& scheduler = kernel_.scheduler();
  if (scheduler.running() && request.arrival <= scheduler.now()) [[likely]] {
    begin(request);
  } else if (scheduler.running() && scheduler.timing() == Timing::loose) {
    scheduler.run_at_local_time(request.arrival, [&] { begin(request); });
  } else {
    tasks_.start_at(request.arrival, carry(request));
  }
}

void TargetSocket::begin(const Request& request) {
  if (request.transport != nullptr) {
    tasks_.start(handler_(*request.payload), *request.transport);
  } else {
    tasks_.start(carry(request));
  }
}

Task<void> TargetSocket::carry(Request request) {
  co_await handler_(*request.payload);
  respond(request);
}

void TargetSocket::respond(const Request& request) {
  leave(*request.payload);
  if (request.call != nullptr) {
    request.call->done = true;
    request.call->completed = kernel_.scheduler().now();
    request.call->event.notify(kernel_.delay_to_now());
    kernel_.left_for_foreign();
  } else if (request.payload == in_call_) {
    completed_in_call_ = kernel_.scheduler().now();
  } else {
    send_response({request.payload, request.transport});
  }
}

void TargetSocket::admit_waiting() {
  // In order: a write at the door keeps a read behind it waiting, as the protocol's single request
  // channel does.
  Scheduler& scheduler = kernel_.scheduler();
  while (!waiting_.empty() && has_room(*waiting_.front().payload)) {
    Request request = waiting_.front();
    waiting_.pop_front();
    request.arrival = std::max(request.arrival, scheduler.now());
    journey_of(*request.payload).serve(request.arrival);
    end_request(request);
    // Whoever leaves doesn't take the time of who comes in.
    scheduler.run_at_local_time(scheduler.now(), [&] { accept(request); });
  }
}

void TargetSocket::end_request(const Request& request) {
  if (request.transport != nullptr) {
    request.transport->socket_.request_ended(request.arrival);
  } else if (request.call == nullptr) {
    tlm::tlm_phase phase = tlm::END_REQ;
    sc_core::sc_time delay = kernel_.delay_to(request.arrival);
    (*this)->nb_transport_bw(*request.payload, phase, delay);
    after_call();
  }
}

/// One at a time, in the order in which the tasks ended.
void TargetSocket::send_response(Response response) {
  responses_.push_back(response);
  if (!response_sent_) send_responses();
}

void TargetSocket::send_responses() {
  while (!responses_.empty()) {
    const Response response = responses_.front();
    response_sent_ = true;
    bool ended = true;
    if (response.transport != nullptr) [[likely]] {
      response.transport->socket_.finish(*response.transport, kernel_.scheduler().now());
    } else {
      ended = respond_by_phases(*response.payload);
    }
    if (!ended && response_sent_) return;  // END_RESP will come by nb_transport_fw
    if (response_sent_) {
      response_sent_ = false;
      responses_.pop_front();
    }
  }
}

/// True when the response has ended in the call.
bool TargetSocket::respond_by_phases(Payload& payload) {
  tlm::tlm_phase phase = tlm::BEGIN_RESP;
  sc_core::sc_time delay = kernel_.delay_to_now();
  const tlm::tlm_sync_enum status = (*this)->nb_transport_bw(payload, phase, delay);
  after_call();
  return status == tlm::TLM_COMPLETED || (status == tlm::TLM_UPDATED && phase == tlm::END_RESP);
}

tlm::tlm_sync_enum TargetSocket::nb_transport_fw(Payload& payload, tlm::tlm_phase& phase,
                                                 sc_core::sc_time& delay) {
  if (phase == tlm::END_RESP) {
    response_sent_ = false;
    responses_.pop_front();
    send_responses();
    return tlm::TLM_COMPLETED;
  }
  if (phase != tlm::BEGIN_REQ) return tlm::TLM_ACCEPTED;
  if (!is_plain(payload) && refuses(payload)) return tlm::TLM_COMPLETED;
  const Request request{&payload, nullptr, nullptr, kernel_.time_of(delay)};
  if (!waiting_.empty() || !has_room(payload)) {
    wait_at_the_door(request);
    return tlm::TLM_ACCEPTED;
  }
  Payload* const outer = std::exchange(in_call_, &payload);
  completed_in_call_ = never;
  accept(request);
  in_call_ = outer;
  if (completed_in_call_ != never) {
    delay = kernel_.delay_to(std::exchange(completed_in_call_, never));
    return tlm::TLM_COMPLETED;
  }
  phase = tlm::END_REQ;
  return tlm::TLM_UPDATED;
}

void TargetSocket::b_transport(Payload& payload, sc_core::sc_time& delay) {
  if (!is_plain(payload) && refuses(payload)) return;
  if (calls_.empty()) calls_.push_back(std::make_unique<BlockingCall>());
  std::unique_ptr<BlockingCall> call = std::move(calls_.back());
  calls_.pop_back();
  call->done = false;
  const Request request{&payload, call.get(), nullptr, kernel_.time_of(delay)};
  if (waiting_.empty() && has_room(payload)) {
    accept(request);
  } else {
    waiting_.push_back(request);
  }
  while (!call->done)
    sc_core::wait(call->event);
  delay = kernel_.delay_to(call->completed);
  calls_.push_back(std::move(call));
}

unsigned TargetSocket::transport_dbg(Payload& payload) {
  return debug_ ? debug_(payload) : 0;
}

bool TargetSocket::get_direct_mem_ptr(Payload& payload, tlm::tlm_dmi& dmi) {
  return dmi_ && dmi_(payload, dmi);
}

void TargetSocket::invalidate_dmi(std::uint64_t first, std::uint64_t last) {
  if (size() == 0 && !sc_core::sc_is_running()) return;
  (*this)->invalidate_direct_mem_ptr(first, last);
  after_call();
}

void TargetSocket::after_call() {
  if (!knows_peer_) {
    knows_peer_ = true;
    foreign_ = dynamic_cast<DoorbellPeer*>((*this).operator->()) == nullptr;
  }
  if (foreign_) kernel_.left_for_foreign();
}

}  // namespace doorbell
