#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "doorbell/core/arch/statistics_kinds.h"
#include "doorbell/core/payload_pool.h"
#include "doorbell/core/simulation.h"

namespace doorbell {

/// Whether a checker's two sides are ours or foreign: it looks to each like the other.
struct CheckedSockets {
  bool foreign_initiator = false;
  bool foreign_target = false;
};

/// Sits between two 64-bit sockets, changes nothing, takes no time, and sees whether both keep the
/// TLM-2.0 base protocol (IEEE 1666-2011):
/// - phases come in their order and in their direction, and what a call returns fits (15.2);
/// - exclusion: one request at a time up to END_REQ, one response at a time up to END_RESP (15.2);
/// - times of a transaction never decrease, and under approximate timing a request or a response
///   never begins before the one before it ended (15.2);
/// - a payload of nb_transport has a memory manager and a reference, and isn't sent again while
///   in use (14.5);
/// - attributes are well-formed and stay as they are, but for the address; the response status is
///   incomplete at the start and not at the end (14.7 to 14.17).
///
/// A violation counts in the statistic "violations" and is an SC_WARNING that says where and what.
class ProtocolChecker : public Module {
 public:
  explicit ProtocolChecker(const sc_core::sc_module_name& name, CheckedSockets sockets = {});
  ~ProtocolChecker() override;

  tlm::tlm_target_socket<64> upstream;
  tlm::tlm_initiator_socket<64> downstream;

  std::uint64_t violations() const { return violations_.value(); }
  /// What was reported: the first hundred violations.
  const std::vector<std::string>& messages() const { return messages_; }
  /// Transactions of nb_transport that have not ended.
  std::size_t in_progress() const { return transactions_.size(); }

 private:
  class Forward;
  class Backward;

  enum class State : std::uint8_t { requesting, requested, responding };
  /// What nobody may change on the way.
  struct Attributes {
    explicit Attributes(const Payload& payload);
    bool operator==(const Attributes&) const = default;
    tlm::tlm_command command;
    const std::uint8_t* data;
    unsigned length;
    unsigned streaming_width;
    const std::uint8_t* byte_enables;
    unsigned byte_enable_length;
  };
  struct Transaction {
    State state;
    Attributes attributes;
    Time latest;
    std::uint64_t number;
  };

  void b_transport(Payload& payload, sc_core::sc_time& delay);
  tlm::tlm_sync_enum forward(Payload& payload, tlm::tlm_phase& phase, sc_core::sc_time& delay);
  tlm::tlm_sync_enum backward(Payload& payload, tlm::tlm_phase& phase, sc_core::sc_time& delay);
  void after_forward(Payload& payload, bool is_request, tlm::tlm_sync_enum status,
                     const tlm::tlm_phase& phase, Time at);
  void after_begin_response(Payload& payload, std::uint64_t number, tlm::tlm_sync_enum status,
                            const tlm::tlm_phase& phase, Time at);

  void begin_request(Payload& payload, Time at);
  void end_request(Payload& payload, Time at);
  /// Returns the number of the transaction; 0 when there is none.
  std::uint64_t begin_response(Payload& payload, Time at);
  void end_response(Payload& payload, Time at);
  void complete(Payload& payload, Time at);

  void check_request(const Payload& payload);
  void check_response(const Payload& payload, const Attributes& sent);
  /// Null, and a violation, when `payload` isn't under way.
  Transaction* find(const Payload& payload, const char* phase, Time at);
  void expect(bool holds, const char* rule, const Payload& payload);
  Time time_of(const sc_core::sc_time& delay) const;
  /// What the next phase may not be earlier than: nothing after a phase at a local time of loose
  /// timing.
  Time end_of_phase(Time at) const { return times_are_ordered() ? at : 0; }
  bool times_are_ordered() const { return scheduler().timing() == Timing::approximate; }

  Counter violations_;
  static constexpr std::size_t most_messages = 100;
  std::vector<std::string> messages_;
  std::unordered_map<const Payload*, Transaction> transactions_;  // never iterated
  std::uint64_t begun_ = 0;
  const Payload* requesting_ = nullptr;
  const Payload* responding_ = nullptr;
  bool in_response_call_ = false;
  Time request_ended_ = 0;
  Time response_ended_ = 0;
  std::unique_ptr<Forward> forward_;
  std::unique_ptr<Backward> backward_;
};

}  // namespace doorbell
