#include "platforms/debugger/session.h"

#include <fmt/format.h>

#include <algorithm>

#include "doorbell/core/arch/hexadecimal.h"
#include "platforms/debugger/errors.h"
#include "platforms/debugger/hexadecimal.h"
#include "platforms/debugger/target_description.h"

namespace doorbell::debugger {
namespace {

// Signals as GDB numbers them.
constexpr unsigned signal_interrupt = 2;
constexpr unsigned signal_trap = 5;
constexpr unsigned signal_segmentation = 11;

unsigned signal_of(StopReason::Kind kind) {
  if (kind == StopReason::Kind::interrupt) return signal_interrupt;
  return kind == StopReason::Kind::stuck ? signal_segmentation : signal_trap;
}

bool begins_with(std::string_view text, std::string_view beginning) {
  return text.substr(0, beginning.size()) == beginning;
}

/// The n-th of several words between `separator`s; empty behind the last.
std::string_view word(std::string_view text, unsigned n, char separator) {
  for (; n != 0; --n) {
    const std::size_t end = text.find(separator);
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  return text.substr(0, text.find(separator));
}

}  // namespace

std::string Session::receive(std::string_view bytes) {
  std::string answers;
  for (const char byte : bytes) {
    if (const auto incoming = reader_.take(byte)) answers += take(*incoming);
  }
  return answers;
}

std::string Session::take(const Incoming& incoming) {
  const std::string acknowledgement = acknowledges_ ? "+" : "";
  switch (incoming.kind) {
    case Incoming::Kind::interrupt:
      interrupt_asked_ = state_ == State::running;
      return "";
    case Incoming::Kind::acknowledged:
      return "";
    case Incoming::Kind::refused:
      return acknowledges_ ? last_sent_ : "";
    case Incoming::Kind::broken:
      return acknowledges_ ? "-" : "";
    case Incoming::Kind::oversized:
      return acknowledgement + (state_ == State::stopped ? send(too_long) : "");
    case Incoming::Kind::packet:
      break;
  }
  // Between going on and a stop GDB waits: nothing that it says then has an answer.
  if (state_ != State::stopped) return acknowledgement;
  const std::string reply = answer(incoming.payload);
  // Those that make the machine go on, or end it, are answered by a stop.
  if (state_ == State::running || state_ == State::killed) return acknowledgement;
  return acknowledgement + send(reply);
}

std::string Session::send(std::string_view payload) {
  last_sent_ = packet(payload);
  return last_sent_;
}

/// Empty: unknown, as the protocol wants it.
std::string Session::answer(std::string_view payload) {
  if (payload.empty()) return "";
  const std::string_view rest = payload.substr(1);
  switch (payload.front()) {
    case '?':
      return stop_reply();
    case 'q':
    case 'Q':
      return query(payload);
    case 'H':
      return choose_thread(rest);
    case 'T':
      return is_alive(rest);
    case 'g':
      return read_registers();
    case 'G':
      return write_registers(rest);
    case 'p':
      return read_register(rest);
    case 'P':
      return write_register(rest);
    case 'm':
      return read_memory(rest);
    case 'M':
      return write_memory(rest, false);
    case 'X':
      return write_memory(rest, true);
    case 'Z':
    case 'z':
      return change_breakpoint(payload);
    case 'c':
    case 'C':
    case 's':
    case 'S':
      return go_on_all(payload);
    case 'D':
      detach();
      return ok;
    case 'k':
      state_ = State::killed;
      return "";
    default:
      break;
  }
  if (payload == "vCont?") return "vCont;c;C;s;S";
  if (begins_with(payload, "vCont;")) return go_on(payload.substr(6));
  if (begins_with(payload, "vKill;")) state_ = State::killed;
  return "";
}

std::string Session::query(std::string_view text) {
  if (begins_with(text, "qSupported")) return supported(text.substr(10));
  if (text == "QStartNoAckMode") {
    acknowledges_ = false;
    return ok;
  }
  if (text == "qC") return "QC" + hexadecimal(stopped_processor_ + 1);
  if (text == "qfThreadInfo") return "m" + threads();
  if (text == "qsThreadInfo") return "l";
  // GDB has found a machine that runs: when it quits it detaches.
  if (begins_with(text, "qAttached")) return "1";
  if (begins_with(text, "qThreadExtraInfo,")) return thread_information(text.substr(17));
  if (begins_with(text, "qRcmd,")) return monitor(text.substr(6));
  constexpr std::string_view description = "qXfer:features:read:target.xml:";
  if (begins_with(text, description)) return part_of_description(text.substr(description.size()));
  if (begins_with(text, "qXfer:features:read:")) return "E00";
  return "";
}

std::string Session::supported(std::string_view features) {
  knows_swbreak_ = features.find("swbreak+") != std::string_view::npos;
  knows_hwbreak_ = features.find("hwbreak+") != std::string_view::npos;
  return fmt::format(
      "PacketSize={:x};qXfer:features:read+;swbreak+;hwbreak+;vContSupported+;QStartNoAckMode+",
      packet_limit);
}

std::string Session::threads() const {
  std::string list;
  for (unsigned i = 0; i < target_.processors(); ++i)
    list += (i == 0 ? "" : ",") + hexadecimal(i + 1);
  return list;
}

std::optional<unsigned> Session::processor_of(std::string_view thread) const {
  const auto number = number_of(thread);
  if (!number || *number == 0 || *number > target_.processors()) return std::nullopt;
  return static_cast<unsigned>(*number - 1);
}

/// 0 is any thread, -1 all of them.
std::string Session::choose_thread(std::string_view text) {
  if (text.empty()) return bad_argument;
  const std::string_view thread = text.substr(1);
  const bool is_all = thread == "-1";
  const bool is_any = thread == "0";
  const auto processor =
      is_all || is_any ? std::optional(stopped_processor_) : processor_of(thread);
  if (!processor) return bad_argument;
  if (text.front() == 'g') {
    chosen_ = *processor;
  } else if (text.front() == 'c') {
    chosen_to_go_ = *processor;
    go_all_ = is_all || is_any;
  } else {
    return bad_argument;
  }
  return ok;
}

std::string Session::is_alive(std::string_view text) const {
  return processor_of(text) ? ok : bad_argument;
}

std::string Session::thread_information(std::string_view text) const {
  const auto processor = processor_of(text);
  if (!processor) return bad_argument;
  return to_hexadecimal(fmt::format("processor {}, {}", *processor, target_.state_of(*processor)));
}

std::string Session::part_of_description(std::string_view range) const {
  const auto offset = number_of(word(range, 0, ','));
  const auto length = number_of(word(range, 1, ','));
  if (!offset || !length || *offset > target_description().size()) return bad_argument;
  const std::string part =
      target_description().substr(*offset, std::min(*length, packet_limit / 2));
  const bool is_last = *offset + part.size() == target_description().size();
  return (is_last ? "l" : "m") + part;
}

std::string Session::stop_reply() const {
  std::string text =
      fmt::format("T{:02x}thread:{:x};", signal_of(reason_.kind), stopped_processor_ + 1);
  if (reason_.kind == StopReason::Kind::watchpoint)
    text += "watch:" + hexadecimal(reason_.address) + ";";
  if (reason_.kind != StopReason::Kind::breakpoint) return text;
  const auto pc = target_.register_value(stopped_processor_, cpu::Register::pc()).value_or(0);
  const bool is_hardware =
      std::any_of(breakpoints_.begin(), breakpoints_.end(), [pc](const auto& breakpoint) {
        return std::get<0>(breakpoint) == '1' && std::get<1>(breakpoint) == pc;
      });
  if (is_hardware && knows_hwbreak_) return text + "hwbreak:;";
  return knows_swbreak_ ? text + "swbreak:;" : text;
}

std::string Session::stopped(unsigned processor, const StopReason& reason) {
  stopped_processor_ = chosen_ = processor;
  reason_ = reason;
  if (state_ != State::running) return "";
  state_ = State::stopped;
  const std::string words =
      reason.why.empty() ? "" : packet("O" + to_hexadecimal(reason.why + "\n"));
  return words + send(stop_reply());
}

std::string Session::ended(int status) {
  if (state_ != State::running) return "";
  state_ = State::detached;
  return send(fmt::format("W{:02x}", static_cast<unsigned>(status) & 0xff));
}

}  // namespace doorbell::debugger
