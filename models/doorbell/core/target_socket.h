#pragma once

#include <algorithm>
#include <exception>
#include <functional>
#include <memory>
#include <systemc>
#include <tlm>
#include <vector>

#include "doorbell/core/arch/ring.h"
#include "doorbell/core/arch/task_group.h"
#include "doorbell/core/initiator_socket.h"
#include "doorbell/core/kernel.h"
#include "doorbell/core/payload_pool.h"
#include "doorbell/core/peer.h"
#include "doorbell/core/socket_width.h"

namespace doorbell {

/// How many transactions a target holds at a time: END_REQ is withheld while that many are inside.
/// What is no read counts as a write (`AtomicAccess`).
struct BufferDepth {
  unsigned reads = 16;
  unsigned writes = 16;
};

/// What a target can do beyond reads and writes of successive bytes. The socket answers the rest
/// itself, so that no handler ever sees what it can't do.
struct TargetAbilities {
  /// Else TLM_BYTE_ENABLE_ERROR_RESPONSE.
  bool byte_enables = false;
  /// A streaming width below the data length (the same address again and again); else
  /// TLM_BURST_ERROR_RESPONSE.
  bool streaming = false;
  /// TLM_IGNORE_COMMAND is for the handler, as of an interconnect, which passes it on, or of a
  /// memory that knows `AtomicAccess`; else the answer is TLM_OK_RESPONSE and nothing is done.
  bool ignored_commands = false;
};

/// The bytes of the address map that a transaction touches: a streaming one comes back to its first
/// address. At least 1.
inline unsigned address_span(const Payload& payload) {
  const unsigned bytes = std::min(payload.get_data_length(), payload.get_streaming_width());
  return std::max(1U, bytes);
}

/// A TLM-2.0 base protocol target socket (64 bits; a WidthAdapter binds others) that gives each
/// transaction to a task.
///
///     TargetSocket upstream{"upstream", tasks_, {.reads = 4},
///                           [this](Payload& p) { return serve(p); }};
///
/// The task sets the response status and ends; the response is sent then, and the buffer entry is
/// free. It runs inside the scheduler, from the transaction's annotated time on. b_transport,
/// nb_transport and transport_dbg all work, whoever the initiator is; a foreign b_transport waits
/// in its caller's thread. The payload belongs to the initiator: change its address and our
/// extensions only, never acquire it, and clear the extensions that you set.
///
/// What `abilities` don't have never comes to the task: it is answered at once, whatever room there
/// is. So are attributes that IEEE 1666-2011 rules out (14.12 to 14.15): no data or a streaming
/// width of zero are a TLM_BURST_ERROR_RESPONSE, byte enables without a length a
/// TLM_BYTE_ENABLE_ERROR_RESPONSE. Debug and direct access know neither byte enables nor streaming.
class TargetSocket : public tlm::tlm_target_socket<socket_width>,
                     public DoorbellPeer,
                     public tlm::tlm_fw_transport_if<> {
 public:
  using Handler = std::function<Task<void>(Payload&)>;
  using DebugHandler = std::function<unsigned(Payload&)>;
  using DmiHandler = std::function<bool(Payload&, tlm::tlm_dmi&)>;

  /// `tasks` is the module's last member and may not be constructed yet.
  TargetSocket(const char* name, TaskGroup& tasks, BufferDepth depth, Handler handler,
               TargetAbilities abilities = {});

  const TargetAbilities& abilities() const { return abilities_; }

  // Bound to a socket of another width, this is one readable error.
  using tlm::tlm_target_socket<socket_width>::bind;
  template <unsigned Width>
  void bind(tlm::tlm_base_initiator_socket_b<Width>&) {
    require_socket_width<Width>();
  }
  using tlm::tlm_target_socket<socket_width>::operator();
  template <unsigned Width>
  void operator()(tlm::tlm_base_initiator_socket_b<Width>&) {
    require_socket_width<Width>();
  }
  template <unsigned Width>
  operator tlm::tlm_base_target_socket_b<Width>&() {
    require_socket_width<Width>();
    std::terminate();
  }

  /// What `transport_dbg` does; without one it returns 0 bytes.
  void on_debug(DebugHandler handler) { debug_ = std::move(handler); }
  /// What `get_direct_mem_ptr` does; without one none is granted.
  void on_dmi(DmiHandler handler) { dmi_ = std::move(handler); }
  /// Takes a granted range back; a no-op before the simulation runs.
  void invalidate_dmi(std::uint64_t first, std::uint64_t last);

  /// Transactions inside, or waiting at the door.
  unsigned held() const { return reads_ + writes_; }

 private:
  struct BlockingCall {
    sc_core::sc_event event;
    bool done = false;
    Time completed = 0;
  };
  using Transport = InitiatorSocket::Transport;
  struct Request {
    Payload* payload = nullptr;
    BlockingCall* call = nullptr;
    Transport* transport = nullptr;  // of an InitiatorSocket bound directly
    Time arrival = 0;
  };
  struct Response {
    Payload* payload = nullptr;
    Transport* transport = nullptr;
  };

  void b_transport(Payload& payload, sc_core::sc_time& delay) override;
  tlm::tlm_sync_enum nb_transport_fw(Payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) override;
  unsigned transport_dbg(Payload& payload) override;
  bool get_direct_mem_ptr(Payload& payload, tlm::tlm_dmi& dmi) override;

  // For the InitiatorSocket that is bound directly.
  friend class InitiatorSocket;
  /// BEGIN_REQ. False when END_REQ is withheld for want of room.
  bool take(Transport& transport);
  /// The task of `transport` has ended.
  void ended(Transport& transport);

  bool is_plain(const Payload& payload) const;
  bool refuses(Payload& payload) const;
  bool has_room(const Payload& payload) const;
  void wait_at_the_door(const Request& request);
  void enter(const Payload& payload);
  void accept(const Request& request);
  void begin(const Request& request);
  Task<void> carry(Request request);
  void leave(const Payload& payload);
  void admit_waiting();
  void respond(const Request& request);
  void send_response(Response response);
  void send_responses();
  bool respond_by_phases(Payload& payload);
  void end_request(const Request& request);
  void after_call();

  Kernel& kernel_;
  TaskGroup& tasks_;
  BufferDepth depth_;
  TargetAbilities abilities_;
  Handler handler_;
  DebugHandler debug_;
  DmiHandler dmi_;
  unsigned reads_ = 0;
  unsigned writes_ = 0;
  const Payload* newest_ = nullptr;  // the latest to come in, while it is inside
  Ring<Request> waiting_;            // refused for want of room; one at most from nb_transport
  Ring<Response> responses_;         // the first is with the initiator if response_sent_
  bool response_sent_ = false;
  Payload* in_call_ = nullptr;      // of the nb_transport_fw in progress
  Time completed_in_call_ = never;  // when its task ended, if it has
  bool foreign_ = false;
  bool knows_peer_ = false;
  std::vector<std::unique_ptr<BlockingCall>> calls_;  // free ones
};

// In the header: part of the calls of an InitiatorSocket that is bound directly.

/// A read or write of successive bytes, as nearly all are: every target can do it. No data is found
/// by the same comparison as a short streaming width, since 0 - 1 is the greatest number.
inline bool TargetSocket::is_plain(const Payload& payload) const {
  return payload.get_byte_enable_ptr() == nullptr &&
         payload.get_data_length() - 1 < payload.get_streaming_width() &&
         payload.get_command() != tlm::TLM_IGNORE_COMMAND;
}

inline bool TargetSocket::has_room(const Payload& payload) const {
  return payload.is_read() ? reads_ < depth_.reads : writes_ < depth_.writes;
}

inline void TargetSocket::enter(const Payload& payload) {
  ++(payload.is_read() ? reads_ : writes_);
  newest_ = &payload;
}

inline void TargetSocket::leave(const Payload& payload) {
  --(payload.is_read() ? reads_ : writes_);
  if (newest_ == &payload) newest_ = nullptr;
  if (!waiting_.empty()) [[unlikely]]
    admit_waiting();
}

inline bool TargetSocket::take(Transport& transport) {
  Payload& payload = transport.payload_;
  if (!is_plain(payload) && refuses(payload)) {
    transport.answered_in_call_ = transport.sent_;
    return true;
  }
  if (!waiting_.empty() || !has_room(payload)) [[unlikely]] {
    wait_at_the_door({&payload, nullptr, &transport, transport.sent_});
    return false;
  }
  enter(payload);
  tasks_.start(handler_(payload), transport);
  return true;
}

inline void TargetSocket::ended(Transport& transport) {
  leave(transport.payload_);
  if (transport.in_call_) {
    transport.answered_in_call_ = kernel_.scheduler().now();
  } else if (response_sent_) [[unlikely]] {
    responses_.push_back({&transport.payload_, &transport});
  } else {
    response_sent_ = true;
    transport.socket_.finish_directly(transport);
    response_sent_ = false;
    if (!responses_.empty()) [[unlikely]]
      send_responses();
  }
}

}  // namespace doorbell
