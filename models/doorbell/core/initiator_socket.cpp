#include "doorbell/core/initiator_socket.h"

#include <algorithm>
#include <utility>

#include "doorbell/core/blocking_bridge.h"
#include "doorbell/core/requester.h"
#include "doorbell/core/simulation.h"
#include "doorbell/core/target_socket.h"

namespace doorbell {

InitiatorSocket::InitiatorSocket(const char* name, ForeignTarget foreign, unsigned bridge_threads)
    : tlm_initiator_socket(name),
      kernel_(Simulation::current().kernel()),
      foreign_target_(foreign),
      bridge_threads_(bridge_threads),
      outstanding_(64, nullptr) {
  bind(static_cast<tlm::tlm_bw_transport_if<>&>(*this));
}

InitiatorSocket::~InitiatorSocket() = default;

void InitiatorSocket::end_of_elaboration() {
  tlm_initiator_socket::end_of_elaboration();
  target_ = dynamic_cast<TargetSocket*>((*this).operator->());
  foreign_ = dynamic_cast<DoorbellPeer*>((*this).operator->()) == nullptr;
  if (foreign_ && foreign_target_ == ForeignTarget::blocking) {
    bridge_ = std::make_unique<BlockingBridge>(*this, bridge_threads_);
  }
}

/// Destroyed with its task before the response came.
void InitiatorSocket::Transport::abandon() {
  if (state_ == State::sent && direct_) --socket_.direct_count_;
  if (state_ == State::sent && !direct_) socket_.forget(*this);
  if (socket_.sending_ == this) socket_.sending_ = nullptr;
}

void InitiatorSocket::Transport::queue_up() {
  state_ = State::queued;
  if (const JourneyHandle journey = journey_of(payload_)) {
    const Transport* const ahead = socket_.sending_;
    journey.wait(socket_.kernel_.scheduler().now(), socket_.name(),
                 ahead != nullptr ? holder_of(ahead->payload_) : Holder{});
  }
  socket_.queue_.push(*this);
}

void InitiatorSocket::Transport::completed() {
  socket_.target_->ended(*this);
}

void InitiatorSocket::send(Transport& transport) {
  transport.state_ = Transport::State::sent;
  transport.sent_ = kernel_.scheduler().now();
  if (target_ != nullptr && kernel_.scheduler().running()) [[likely]] {
    send_to_target_of_ours(transport);
  } else if (bridge_ != nullptr) {
    remember(transport);
    bridge_->submit(transport);
  } else {
    remember(transport);
    send_by_phases(transport);
  }
}

void InitiatorSocket::send_to_target_of_ours(Transport& transport) {
  transport.direct_ = true;
  ++direct_count_;
  sending_ = &transport;
  transport.in_call_ = true;
  const bool taken = target_->take(transport);
  if (transport.answered_in_call_ != never) {
    finish(transport, transport.answered_in_call_);
  } else if (taken) {
    request_ended(transport.sent_);
  }
  transport.in_call_ = false;
}

void InitiatorSocket::send_by_phases(Transport& transport) {
  sending_ = &transport;
  transport.in_call_ = true;
  tlm::tlm_phase phase = tlm::BEGIN_REQ;
  sc_core::sc_time delay = kernel_.delay_to_now();
  Payload& payload = transport.payload_;
  const tlm::tlm_sync_enum status = (*this)->nb_transport_fw(payload, phase, delay);
  const Time at = kernel_.time_of(delay);
  after_call();
  if (status == tlm::TLM_COMPLETED) {
    finish(transport, at);
  } else if (status == tlm::TLM_UPDATED && phase == tlm::END_REQ) {
    request_ended(at);
  } else if (status == tlm::TLM_UPDATED && phase == tlm::BEGIN_RESP) {
    finish(transport, at);
    end_response(payload);
  }
  transport.in_call_ = false;
}

void InitiatorSocket::request_ended(Time at) {
  sending_ = nullptr;
  if (!queue_.empty()) [[unlikely]]
    schedule_next(at);
}

void InitiatorSocket::schedule_next(Time at) {
  if (!send_next_.linked()) kernel_.scheduler().wake_at(send_next_, at);
}

void InitiatorSocket::send_next() {
  if (sending_ != nullptr || queue_.empty()) return;
  auto& next = static_cast<Transport&>(*queue_.pop());
  // Under loose timing it may have been queued at a later local time than this one.
  Scheduler& scheduler = kernel_.scheduler();
  scheduler.run_at_local_time(std::max(scheduler.now(), next.not_before()), [&] {
    journey_of(next.payload_).serve(scheduler.now());
    send(next);
    if (next.goes_on_in_call()) next.resume();
  });
}

void InitiatorSocket::finish(Transport& transport, Time at) {
  if (transport.direct_) [[likely]] {
    --direct_count_;
  } else {
    forget(transport);
  }
  transport.state_ = Transport::State::done;
  if (sending_ == &transport) request_ended(at);
  Scheduler& scheduler = kernel_.scheduler();
  if (at > scheduler.now() || !scheduler.running()) {
    scheduler.wake_at(transport, at);
  } else if (!transport.in_call_) {
    transport.resume();
  }  // otherwise whoever sends it goes on, after the call
}

void InitiatorSocket::end_response(Payload& payload) {
  tlm::tlm_phase phase = tlm::END_RESP;
  sc_core::sc_time delay = kernel_.delay_to_now();
  (*this)->nb_transport_fw(payload, phase, delay);
  after_call();
}

tlm::tlm_sync_enum InitiatorSocket::nb_transport_bw(Payload& payload, tlm::tlm_phase& phase,
                                                    sc_core::sc_time& delay) {
  const Time at = kernel_.time_of(delay);
  if (phase == tlm::END_REQ) {
    if (sending_ != nullptr && &sending_->payload_ == &payload) request_ended(at);
    return tlm::TLM_ACCEPTED;
  }
  if (phase == tlm::BEGIN_RESP) {
    if (Transport* transport = find(payload)) finish(*transport, at);
    phase = tlm::END_RESP;
    return tlm::TLM_COMPLETED;
  }
  return tlm::TLM_ACCEPTED;
}

void InitiatorSocket::invalidate_direct_mem_ptr(sc_dt::uint64 first, sc_dt::uint64 last) {
  if (dmi_listener_) dmi_listener_(first, last);
}

void InitiatorSocket::after_call() {
  if (foreign_) kernel_.left_for_foreign();
}

std::size_t InitiatorSocket::place_of(const Payload& payload) const {
  const auto key = reinterpret_cast<std::uintptr_t>(&payload);
  return ((key >> 4) * 0x9e3779b97f4a7c15ULL >> 32) & (outstanding_.size() - 1);
}

void InitiatorSocket::remember(Transport& transport) {
  if (outstanding_count_ * 2 >= outstanding_.size()) {
    std::vector<Transport*> old(outstanding_.size() * 2, nullptr);
    old.swap(outstanding_);
    outstanding_count_ = 0;
    for (Transport* entry : old) {
      if (entry != nullptr) remember(*entry);
    }
  }
  std::size_t place = place_of(transport.payload_);
  while (outstanding_[place] != nullptr)
    place = (place + 1) & (outstanding_.size() - 1);
  outstanding_[place] = &transport;
  ++outstanding_count_;
}

InitiatorSocket::Transport* InitiatorSocket::find(const Payload& payload) const {
  std::size_t place = place_of(payload);
  while (outstanding_[place] != nullptr && &outstanding_[place]->payload_ != &payload) {
    place = (place + 1) & (outstanding_.size() - 1);
  }
  return outstanding_[place];
}

void InitiatorSocket::forget(Transport& transport) {
  const std::size_t mask = outstanding_.size() - 1;
  std::size_t hole = place_of(transport.payload_);
  while (outstanding_[hole] != &transport) {
    if (outstanding_[hole] == nullptr) return;
    hole = (hole + 1) & mask;
  }
  outstanding_[hole] = nullptr;
  --outstanding_count_;
  // Close the gap, so that look-ups still find what was pushed on by the one that left.
  for (std::size_t place = (hole + 1) & mask; outstanding_[place] != nullptr;
       place = (place + 1) & mask) {
    const std::size_t home = place_of(outstanding_[place]->payload_);
    if (((place - home) & mask) >= ((place - hole) & mask)) {
      outstanding_[hole] = std::exchange(outstanding_[place], nullptr);
      hole = place;
    }
  }
}

}  // namespace doorbell
