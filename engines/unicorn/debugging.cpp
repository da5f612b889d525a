// SPDX-License-Identifier: GPL-2.0-or-later
// What a debugger asks for. An instruction that is to be stopped before is translated with a call
// that asks; a block that was translated without is made forgotten. Whoever is stopped leaves the
// library, in the middle of a block if need be, so that everything may be changed meanwhile. The
// rest of the block is then translated as one of its own, but still counts as the rest: horizon and
// interrupts are looked at where they would have been without the debugger.
#include <algorithm>
#include <utility>

#include "engines/unicorn/engine.h"

namespace doorbell::unicorn {
namespace {

constexpr std::uint64_t instruction = 4;
constexpr std::uint64_t page = 0x1000;
/// How many hooks of forgotten breakpoints may be left: GDB takes all of them out at each stop, and
/// puts them back in.
constexpr std::size_t hooks_kept = 64;
/// The library compares the first byte of an access only.
constexpr std::uint64_t longest_access = 16;

template <class Function>
void* callback(Function* function) {
  return reinterpret_cast<void*>(function);
}

bool is_store(uc_mem_type type) {
  return type == UC_MEM_WRITE;
}

}  // namespace

void UnicornEngine::set_breakpoints(const std::vector<std::uint64_t>& addresses) {
  debugging_.breakpoints = {addresses.begin(), addresses.end()};
  if (!addresses.empty()) {
    debugging_.used = true;
    attend();
  }
  for (const std::uint64_t address : addresses)
    hook_instruction(address, true);
  drop_unused_hooks();
}

void UnicornEngine::set_stepping(cpu::Stepping stepping) {
  Debugging& debugging = debugging_;
  debugging.stepping = stepping;
  debugging.to_execute = nowhere;
  if (stepping == cpu::Stepping::none) return;
  debugging.used = true;
  attend();
  if (stepping != cpu::Stepping::one || inside_) return;
  const std::uint64_t pc = internals().pc();
  debugging.to_execute = pc;
  // Another page, or wherever a branch goes, is another block.
  if ((pc + instruction) % page != 0) hook_instruction(pc + instruction, false);
}

void UnicornEngine::set_watchpoints(const std::vector<cpu::Watchpoint>& watchpoints) {
  Debugging& debugging = debugging_;
  if (watchpoints == debugging.watchpoints) return;
  for (const uc_hook hook : debugging.watches)
    uc_hook_del(uc_, hook);
  debugging.watches.clear();
  const bool translates_otherwise = debugging.watchpoints.empty() != watchpoints.empty();
  debugging.watchpoints = watchpoints;
  debugging.watched.reset();
  debugging.used = true;
  attend();
  for (const cpu::Watchpoint& watchpoint : watchpoints)
    add_watch(watchpoint);
  // Loads and stores that nobody watches don't ask.
  if (translates_otherwise) invalidate_code({});
}

void UnicornEngine::add_watch(const cpu::Watchpoint& watchpoint) {
  const auto [address, size, loads, stores] = watchpoint;
  const int types = (loads ? UC_HOOK_MEM_READ : 0) | (stores ? UC_HOOK_MEM_WRITE : 0);
  uc_hook hook = 0;
  const std::uint64_t first = address < longest_access ? 0 : address - longest_access;
  uc_hook_add(uc_, &hook, types, callback(on_memory), this, first, address + size - 1);
  debugging_.watches.push_back(hook);
}

/// A library that has just been opened has none.
void UnicornEngine::add_debugging_hooks() {
  debugging_.watches.clear();
  for (const cpu::Watchpoint& watchpoint : debugging_.watchpoints)
    add_watch(watchpoint);
  debugging_.hooked.clear();
  for (const std::uint64_t address : debugging_.breakpoints)
    hook_instruction(address, true);
  debugging_.continuing = debugging_.again = debugging_.lines_hidden = false;
  debugging_.to_execute = debugging_.passed = debugging_.block_end = nowhere;
  debugging_.watched.reset();
}

/// In the address space in force, or in whichever will be: the lower half of virtual addresses has
/// as many as there are processes.
void UnicornEngine::hook_instruction(std::uint64_t pc, bool everywhere) {
  Debugging::Hook& hook = debugging_.hooked[pc];
  if (hook.hook != 0 && (hook.everywhere || !everywhere)) return;
  if (hook.hook == 0)
    uc_hook_add(uc_, &hook.hook, UC_HOOK_CODE, callback(on_instruction), this, pc, pc);
  const bool is_of_all = (pc >> 55 & 1) != 0;
  hook.everywhere = everywhere || is_of_all;
  if (!covered_) return;
  const std::uint64_t physical = internals().physical_address(pc);
  const bool is_here = physical != nowhere && (is_of_all || !everywhere);
  invalidate_code(is_here ? cpu::PhysicalRange{physical, instruction} : cpu::PhysicalRange{});
}

void UnicornEngine::drop_unused_hooks() {
  Debugging& debugging = debugging_;
  if (debugging.hooked.size() <= debugging.breakpoints.size() + hooks_kept) return;
  std::erase_if(debugging.hooked, [this](const auto& entry) {
    const auto& [address, hook] = entry;
    if (debugging_.breakpoints.contains(address) || debugging_.block_end == address) return false;
    uc_hook_del(uc_, hook.hook);
    return true;
  });
}

/// Interrupts are taken where they would have been: not where the library is entered once more.
void UnicornEngine::hide_lines() {
  debugging_.lines_hidden = true;
  internals().set_lines(false, false);
}

void UnicornEngine::show_lines() {
  debugging_.lines_hidden = false;
  internals().set_lines(irq_, fiq_);
}

cpu::InstructionEngine::Stop UnicornEngine::resume() {
  Debugging& debugging = debugging_;
  const bool same_place = internals().pc() == debugging.stopped_at;
  debugging.passed = same_place ? debugging.stopped_at : nowhere;
  debugging.continuing = same_place && block_length_ != 0;
  if (!same_place) settle_at(debugging.stopped_at);
  hide_lines();
  return go();
}

void UnicornEngine::stop_for_debugger(Stop::Kind kind, std::uint64_t pc) {
  debugging_.stepping = cpu::Stepping::none;
  debugging_.to_execute = nowhere;
  debugging_.stopped_at = pc;
  if (kind == Stop::Kind::watchpoint) {
    stop_.address = *debugging_.watched;
    debugging_.watched.reset();
  }
  // On its way out the library would take one in the middle of the block.
  hide_lines();
  stop(kind);
}

/// Leaves the library and enters it once more, at the same instruction.
void UnicornEngine::look_again(std::uint64_t pc) {
  debugging_.stopped_at = pc;
  debugging_.again = true;
  hide_lines();
  uc_emu_stop(uc_);
}

/// At the start of each block, before anything else is looked at. True when that's not to be done.
bool UnicornEngine::debugger_takes_block(std::uint64_t pc, std::uint32_t bytes) {
  Debugging& debugging = debugging_;
  // The library leaves it behind at a stop if there are hooks of instructions.
  internals().set_pc(pc);
  if (debugging.lines_hidden) show_lines();
  if (std::exchange(debugging.continuing, false)) {
    go_on_with_block(pc, bytes);
    return true;
  }
  debugging.block_end = nowhere;
  const bool passed = debugging.passed == pc;
  if (!passed) debugging.passed = nowhere;
  settle();
  if (debugging.watched) {
    stop_for_debugger(Stop::Kind::watchpoint, pc);
    return true;
  }
  if (debugging.stepping == cpu::Stepping::none || debugging.to_execute == pc) return false;
  stop_for_debugger(Stop::Kind::step, pc);
  return true;
}

/// The block will be executed now.
void UnicornEngine::begin_debugged_block(std::uint64_t pc) {
  if (debugging_.to_execute != pc) return;
  debugging_.to_execute = nowhere;
  debugging_.passed = pc;
}

/// The rest of the block in hand, as the library has translated it.
void UnicornEngine::go_on_with_block(std::uint64_t pc, std::uint32_t bytes) {
  Debugging& debugging = debugging_;
  begin_debugged_block(pc);
  const std::uint64_t end = block_pc_ + block_length_ * instruction;
  const std::uint64_t rest_end = pc + bytes;
  if (rest_end <= end) {
    done_ -= (end - rest_end) / instruction;
    block_length_ = (rest_end - block_pc_) / instruction;
    return;
  }
  if (debugging.block_end == end) return;
  // A block has a greatest length, and its rest by itself may be longer.
  debugging.block_end = end;
  hook_instruction(end, false);
  debugging.continuing = true;
  look_again(pc);
}

void UnicornEngine::on_instruction(uc_engine*, std::uint64_t pc, std::uint32_t, void* self) {
  auto& engine = *static_cast<UnicornEngine*>(self);
  Debugging& debugging = engine.debugging_;
  if (debugging.again || engine.stopped_) return;
  if (debugging.block_end == pc) {
    debugging.block_end = nowhere;
    engine.settle();
    return engine.look_again(pc);
  }
  if (std::exchange(debugging.passed, nowhere) == pc) return;
  if (debugging.breakpoints.contains(pc)) {
    engine.stop_for_debugger(Stop::Kind::breakpoint, pc);
  } else if (debugging.stepping != cpu::Stepping::none) {
    engine.stop_for_debugger(Stop::Kind::step, pc);
  }
}

void UnicornEngine::on_memory(uc_engine*, uc_mem_type type, std::uint64_t address, int size,
                              std::int64_t, void* self) {
  auto& engine = *static_cast<UnicornEngine*>(self);
  Debugging& debugging = engine.debugging_;
  if (debugging.watched) return;
  for (const cpu::Watchpoint& watchpoint : debugging.watchpoints) {
    const bool wanted = is_store(type) ? watchpoint.stores : watchpoint.loads;
    const bool overlaps = address < watchpoint.address + watchpoint.size &&
                          watchpoint.address < address + static_cast<std::uint64_t>(size);
    if (wanted && overlaps) debugging.watched = watchpoint.address;
  }
}

}  // namespace doorbell::unicorn
