#pragma once

#include <coroutine>
#include <exception>
#include <functional>
#include <memory>
#include <systemc>
#include <tlm>
#include <vector>

#include "doorbell/core/arch/scheduler.h"
#include "doorbell/core/arch/task.h"
#include "doorbell/core/kernel.h"
#include "doorbell/core/payload_pool.h"
#include "doorbell/core/peer.h"
#include "doorbell/core/socket_width.h"

namespace doorbell {

class BlockingBridge;
class TargetSocket;

/// How a foreign target is called. blocking: b_transport, from threads of a bridge, which every
/// TLM-2.0 target supports. non_blocking: nb_transport, for targets that answer on the backward
/// path.
enum class ForeignTarget { blocking, non_blocking };

/// A TLM-2.0 base protocol initiator socket (64 bits; a WidthAdapter binds others) for tasks:
///
///     co_await socket.transport(payload);      // until the response has come
///
/// Requests leave in the order of the calls, one at a time until END_REQ; responses come in any
/// order. The payload must have a memory manager (PayloadPool) or be one that a TargetSocket handed
/// in. A TargetSocket that it is bound to directly is handed the Transport itself: request, end of
/// request and response are calls, in the order and at the times that nb_transport would give them.
/// With something of ours between them, such as a checker, it uses nb_transport; a foreign target
/// is called as `foreign` says.
class InitiatorSocket : public tlm::tlm_initiator_socket<socket_width>,
                        public DoorbellPeer,
                        public tlm::tlm_bw_transport_if<> {
 public:
  /// `bridge_threads`: how many b_transport calls a foreign target has at a time. [1, 1024]
  explicit InitiatorSocket(const char* name, ForeignTarget foreign = ForeignTarget::blocking,
                           unsigned bridge_threads = 16);
  ~InitiatorSocket() override;

  // Bound to a socket of another width, this is one readable error.
  using tlm::tlm_initiator_socket<socket_width>::bind;
  template <unsigned Width>
  void bind(tlm::tlm_base_target_socket_b<Width>&) {
    require_socket_width<Width>();
  }
  using tlm::tlm_initiator_socket<socket_width>::operator();
  template <unsigned Width>
  void operator()(tlm::tlm_base_target_socket_b<Width>&) {
    require_socket_width<Width>();
  }
  template <unsigned Width>
  operator tlm::tlm_base_initiator_socket_b<Width>&() {
    require_socket_width<Width>();
    std::terminate();
  }

  class Transport final : public Waiter, private Completion {
   public:
    Transport(InitiatorSocket& socket, Payload& payload) : socket_(socket), payload_(payload) {}
    ~Transport() {
      if (state_ != State::done) [[unlikely]]
        abandon();
    }
    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> awaiter) {
      resumes(awaiter, socket_.kernel_.scheduler().now());
      if (socket_.sending_ != nullptr || !socket_.queue_.empty()) [[unlikely]] {
        queue_up();
        return true;
      }
      socket_.send(*this);
      return !goes_on_in_call();  // without a detour
    }
    void await_resume() const noexcept {}

   private:
    friend class InitiatorSocket;
    friend class BlockingBridge;
    friend class TargetSocket;
    enum class State : std::uint8_t { idle, queued, sent, done };
    void queue_up();
    void abandon();
    void completed() override;  // the task of a TargetSocket
    InitiatorSocket& socket_;
    Payload& payload_;
    /// The call that sent it has answered it, and nothing is due to resume it. (The call may have
    /// moved local time, so this can't be told by comparing times.)
    bool goes_on_in_call() const { return state_ == State::done && !linked(); }

    State state_ = State::idle;
    bool in_call_ = false;  // the call that sends it is in progress
    bool direct_ = false;   // the TargetSocket has the Transport, not only its payload
    Time sent_ = 0;
    Time answered_in_call_ = never;  // when the target ended it, if it has, in a direct call
  };
  /// Awaitable: sends `payload` and waits for its response.
  Transport transport(Payload& payload) { return Transport{*this, payload}; }

  /// Reads or writes without time or side effects; returns the bytes done.
  unsigned transport_debug(Payload& payload) { return (*this)->transport_dbg(payload); }
  /// Asks for direct access.
  bool get_dmi(Payload& payload, tlm::tlm_dmi& dmi) {
    return (*this)->get_direct_mem_ptr(payload, dmi);
  }
  /// Called when a target takes direct access to a range back.
  void on_dmi_invalidate(std::function<void(std::uint64_t, std::uint64_t)> listener) {
    dmi_listener_ = std::move(listener);
  }

  /// Whether the target is not one of ours. Known from end_of_elaboration on.
  bool is_foreign() const { return foreign_; }

  /// Requests sent and not answered.
  std::size_t outstanding() const { return outstanding_count_ + direct_count_; }

 private:
  tlm::tlm_sync_enum nb_transport_bw(Payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) override;
  void invalidate_direct_mem_ptr(sc_dt::uint64 first, sc_dt::uint64 last) override;
  void end_of_elaboration() override;

  void send(Transport& transport);
  void send_to_target_of_ours(Transport& transport);
  void send_by_phases(Transport& transport);
  void request_ended(Time at);
  void send_next();
  void schedule_next(Time at);
  void finish(Transport& transport, Time at);
  /// The same in the direct way, now and outside the call that sent it.
  void finish_directly(Transport& transport) {
    --direct_count_;
    transport.state_ = Transport::State::done;
    if (sending_ == &transport) request_ended(kernel_.scheduler().now());
    transport.resume();
  }
  void end_response(Payload& payload);
  void after_call();

  // Outstanding requests by payload: open addressing, a power of two of places.
  std::size_t place_of(const Payload& payload) const;
  void remember(Transport& transport);
  void forget(Transport& transport);
  Transport* find(const Payload& payload) const;

  struct SendNext : Waiter {
    explicit SendNext(InitiatorSocket& s)
        : Waiter([](Waiter& w) { static_cast<SendNext&>(w).socket.send_next(); }), socket(s) {}
    InitiatorSocket& socket;
  };

  friend class BlockingBridge;
  friend class TargetSocket;

  Kernel& kernel_;
  TargetSocket* target_ = nullptr;  // bound directly
  ForeignTarget foreign_target_;
  unsigned bridge_threads_;
  bool foreign_ = false;
  std::unique_ptr<BlockingBridge> bridge_;
  Transport* sending_ = nullptr;  // BEGIN_REQ without END_REQ
  WaitList queue_;                // of Transports
  SendNext send_next_{*this};
  std::vector<Transport*> outstanding_;
  std::size_t outstanding_count_ = 0;
  std::size_t direct_count_ = 0;
  std::function<void(std::uint64_t, std::uint64_t)> dmi_listener_;
};

}  // namespace doorbell
