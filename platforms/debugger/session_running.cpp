// Breakpoints, and what makes the machine go on: packets Z, z, c, s, vCont and D.
#include <algorithm>

#include "platforms/debugger/errors.h"
#include "platforms/debugger/hexadecimal.h"
#include "platforms/debugger/session.h"

namespace doorbell::debugger {
namespace {

// Types of Z packets.
constexpr char software_breakpoint = '0';
constexpr char hardware_breakpoint = '1';
constexpr char write_watchpoint = '2';
constexpr char read_watchpoint = '3';
constexpr char access_watchpoint = '4';
/// Each costs every load and store.
constexpr std::uint64_t longest_watchpoint = 1 << 20;

bool is_breakpoint(char type) {
  return type == software_breakpoint || type == hardware_breakpoint;
}

}  // namespace

/// "Ztype,address,kind", conditions behind it ignored as GDB then checks them itself. Twice the
/// same is once.
std::string Session::change_breakpoint(std::string_view text) {
  if (text.size() < 3 || text[2] != ',') return bad_argument;
  const char type = text[1];
  if (type < software_breakpoint || type > access_watchpoint) return "";
  const std::string_view rest = text.substr(3, text.find(';') - 3);
  const std::size_t comma = rest.find(',');
  if (comma == std::string_view::npos) return bad_argument;
  const auto address = number_of(rest.substr(0, comma));
  const auto kind = number_of(rest.substr(comma + 1));
  if (!address || !kind) return bad_argument;
  // An instruction of AArch64; a length of a watchpoint.
  const bool fits = is_breakpoint(type)
                        ? *kind == 4 && *address % 4 == 0
                        : *kind != 0 && *kind <= longest_watchpoint && *address + *kind > *address;
  if (!fits) return bad_argument;
  const Breakpoint breakpoint{type, *address, *kind};
  if (text.front() == 'Z') {
    breakpoints_.insert(breakpoint);
  } else {
    breakpoints_.erase(breakpoint);
  }
  return ok;
}

/// "action:thread;action:thread...": of each thread the first that names it.
std::string Session::go_on(std::string_view actions) {
  std::vector<ProcessorOrder> orders(target_.processors(), {.resumed = false});
  while (!actions.empty()) {
    const std::string_view action = actions.substr(0, actions.find(';'));
    actions.remove_prefix(std::min(action.size() + 1, actions.size()));
    const std::size_t colon = action.find(':');
    const std::string_view verb = action.substr(0, colon);
    if (verb.empty() || std::string_view("cCsS").find(verb.front()) == std::string_view::npos)
      return bad_argument;
    const ProcessorOrder order{.steps = verb.front() == 's' || verb.front() == 'S'};
    const bool is_of_all = colon == std::string_view::npos || action.substr(colon + 1) == "-1";
    const auto one = is_of_all ? std::nullopt : processor_of(action.substr(colon + 1));
    if (!is_of_all && !one) return bad_argument;
    for (unsigned i = 0; i < orders.size(); ++i) {
      if ((is_of_all || i == *one) && !orders[i].resumed) orders[i] = order;
    }
  }
  const bool nobody = std::none_of(orders.begin(), orders.end(),
                                   [](const ProcessorOrder& order) { return order.resumed; });
  if (nobody) return bad_argument;
  resume(orders);
  return "";
}

/// The older forms, "c[address]", "Csignal[;address]": signals mean nothing to a processor.
std::string Session::go_on_all(std::string_view text) {
  const bool has_signal = text.front() == 'C' || text.front() == 'S';
  std::string_view address = text.substr(1);
  if (has_signal) {
    const std::size_t semicolon = address.find(';');
    address = semicolon == std::string_view::npos ? "" : address.substr(semicolon + 1);
  }
  if (!address.empty()) {
    const auto pc = number_of(address);
    if (!pc) return bad_argument;
    if (!target_.set_register(chosen_to_go_, cpu::Register::pc(), *pc)) return busy;
  }
  const unsigned one = go_all_ ? stopped_processor_ : chosen_to_go_;
  std::vector<ProcessorOrder> orders(target_.processors(), {.resumed = go_all_});
  orders[one].resumed = true;
  orders[one].steps = text.front() == 's' || text.front() == 'S';
  resume(orders);
  return "";
}

void Session::resume(const std::vector<ProcessorOrder>& processors) {
  Orders orders{.breakpoints = {}, .watchpoints = {}, .processors = processors};
  for (const auto& [type, address, size] : breakpoints_) {
    if (is_breakpoint(type)) {
      orders.breakpoints.push_back(address);
    } else {
      orders.watchpoints.push_back({.address = address,
                                    .size = size,
                                    .loads = type != write_watchpoint,
                                    .stores = type != read_watchpoint});
    }
  }
  interrupt_asked_ = false;
  state_ = State::running;
  target_.resume(orders);
}

void Session::detach() {
  target_.resume({.breakpoints = {},
                  .watchpoints = {},
                  .processors = std::vector<ProcessorOrder>(target_.processors())});
  state_ = State::detached;
}

}  // namespace doorbell::debugger
