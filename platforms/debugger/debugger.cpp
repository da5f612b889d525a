#include "platforms/debugger/debugger.h"

#include <cstdio>
#include <utility>

#include "doorbell/cpu/aarch64_processor.h"

namespace doorbell::debugger {
namespace {

constexpr std::chrono::milliseconds a_moment{100};

StopReason reason_of(const cpu::InstructionEngine::Stop& stop) {
  using Kind = cpu::InstructionEngine::Stop::Kind;
  switch (stop.kind) {
    case Kind::breakpoint:
      return {.kind = StopReason::Kind::breakpoint, .address = 0, .why = {}};
    case Kind::watchpoint:
      return {.kind = StopReason::Kind::watchpoint, .address = stop.address, .why = {}};
    case Kind::stuck:
      return {.kind = StopReason::Kind::stuck, .address = 0, .why = "stuck: " + stop.why};
    default:
      return {.kind = StopReason::Kind::step, .address = 0, .why = {}};
  }
}

}  // namespace

Debugger::Debugger(Server& server, cpu::Aarch64Group& group, std::function<bool()> goes_on)
    : server_(server), machine_(group), goes_on_(std::move(goes_on)) {
  group.on_debug_stop(
      [this](cpu::Aarch64Processor& processor, const cpu::InstructionEngine::Stop& stop) {
        stopped(processor, stop);
      });
}

bool Debugger::begin() {
  std::fprintf(stderr, "gdb: waiting for it at 127.0.0.1:%u\n", unsigned{server_.port()});
  while (!server_.accept(a_moment)) {
    if (!goes_on_()) return false;
  }
  attached_ = true;
  machine_.stop_at_start();
  return true;
}

void Debugger::stopped(const cpu::Aarch64Processor& processor,
                       const cpu::InstructionEngine::Stop& stop) {
  if (attached_) converse(processor.number(), reason_of(stop));
}

/// Until GDB lets the machine go on, or isn't there any more.
void Debugger::converse(unsigned processor, const StopReason& reason) {
  last_ = processor;
  server_.send(session_.stopped(processor, reason));
  while (session_.state() == Session::State::stopped && server_.connected() && goes_on_())
    look(a_moment);
  if (session_.state() != Session::State::running || !server_.connected()) leave();
}

void Debugger::look(std::chrono::milliseconds patience) {
  const std::string bytes = server_.receive(patience);
  if (!bytes.empty()) server_.send(session_.receive(bytes));
}

/// Whoever has gone, detached, or been asked to end leaves nothing behind.
void Debugger::leave() {
  is_killed_ = is_killed_ || session_.state() == Session::State::killed;
  session_.detach();
  server_.close();
  attached_ = false;
}

bool Debugger::poll() {
  // Before the first instruction GDB has to wait.
  if (!attached_ || session_.state() == Session::State::stopped) return !is_killed_;
  look({});
  if (!server_.connected()) {
    leave();
  } else if (session_.interrupt_asked()) {
    converse(machine_.best_to_look_at(last_), {});
  }
  return !is_killed_;
}

void Debugger::wait() {
  if (attached_ && session_.state() == Session::State::running) look(a_moment);
}

void Debugger::ended(int status) {
  if (attached_) server_.send(session_.ended(status));
  server_.close();
  attached_ = false;
}

}  // namespace doorbell::debugger
