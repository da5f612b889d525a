#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "platforms/debugger/packet.h"
#include "platforms/debugger/target.h"

namespace doorbell::debugger {

/// Why the machine stands still.
struct StopReason {
  enum class Kind : std::uint8_t { interrupt, step, breakpoint, watchpoint, stuck };
  Kind kind = Kind::interrupt;
  std::uint64_t address = 0;  ///< of a watchpoint
  std::string why;            ///< of `stuck`, for a person
};

/// The stub's side of GDB's Remote Serial Protocol (GDB's manual, appendix E), all-stop, one thread
/// a processor: from bytes to bytes. Whatever GDB sends is answered, and changes the machine only
/// while it stands still. Thread N + 1 is processor N.
class Session {
 public:
  enum class State : std::uint8_t {
    stopped,   ///< GDB has the word
    running,   ///< until `stopped` is called
    detached,  ///< the machine goes on by itself
    killed     ///< GDB wants the end of it
  };

  /// `target` outlives it. GDB finds the machine stopped.
  explicit Session(Target& target) : target_(target) {}

  State state() const { return state_; }
  /// What is to be sent for these bytes.
  std::string receive(std::string_view bytes);
  /// Ctrl-C has come since the last call.
  bool interrupt_asked() { return std::exchange(interrupt_asked_, false); }
  /// The machine stands still: what is to be sent.
  std::string stopped(unsigned processor, const StopReason& reason);
  /// Software has ended, with this exit status: what is to be sent.
  std::string ended(int status);
  /// GDB has gone: the machine goes on by itself.
  void detach();

 private:
  using Breakpoint = std::tuple<char, std::uint64_t, std::uint64_t>;  ///< type, address, kind

  // session.cpp: packets, and what isn't about the machine's state.
  std::string take(const Incoming& incoming);
  std::string answer(std::string_view payload);
  std::string send(std::string_view payload);
  std::string query(std::string_view text);
  std::string supported(std::string_view features);
  std::string threads() const;
  std::string choose_thread(std::string_view text);
  std::string is_alive(std::string_view text) const;
  std::string thread_information(std::string_view text) const;
  std::string part_of_description(std::string_view range) const;
  std::string stop_reply() const;
  std::optional<unsigned> processor_of(std::string_view thread) const;

  // session_state.cpp: registers and memory.
  std::string read_registers() const;
  std::string write_registers(std::string_view text);
  std::string read_register(std::string_view text) const;
  std::string write_register(std::string_view text);
  std::string read_memory(std::string_view text);
  std::string write_memory(std::string_view text, bool is_binary);
  std::optional<std::string> register_text(std::size_t number) const;
  bool set_register(std::size_t number, std::string_view text);
  cpu::Register stack_in_force() const;

  // session_running.cpp: breakpoints and going on.
  std::string change_breakpoint(std::string_view text);
  std::string go_on(std::string_view actions);
  std::string go_on_all(std::string_view text);
  void resume(const std::vector<ProcessorOrder>& orders);

  // monitor.cpp
  std::string monitor(std::string_view hexadecimal) const;
  std::string command(std::string_view words) const;

  Target& target_;
  PacketReader reader_;
  State state_ = State::stopped;
  bool interrupt_asked_ = false;
  bool acknowledges_ = true;
  bool knows_swbreak_ = false;
  bool knows_hwbreak_ = false;
  std::string last_sent_;
  unsigned chosen_ = 0;        ///< of packet Hg
  unsigned chosen_to_go_ = 0;  ///< of packet Hc
  bool go_all_ = true;         ///< of packet Hc -1
  unsigned stopped_processor_ = 0;
  StopReason reason_;
  std::set<Breakpoint> breakpoints_;
};

}  // namespace doorbell::debugger
