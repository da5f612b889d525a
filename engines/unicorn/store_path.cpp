// SPDX-License-Identifier: GPL-2.0-or-later
// Replacements of functions of the library, which finds them here first: this plug-in stands ahead
// of it in its own look-up scope. The library never lets a store to memory go the short way: it
// marks no page as free of translated code. Here a page is free until something is translated from
// it, as in the emulator that the library comes from. And it looks for a region at each virtual
// address of the slow way, which means nothing where the guest translates.
#include "engines/unicorn/store_path.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "engines/unicorn/library_internals.h"

namespace doorbell::unicorn::store_path {
namespace {

constexpr std::uint64_t page = 0x1000;

struct Engine {
  uc_engine* engine;
  void* processor;
  std::vector<Memory> memories;
  std::vector<std::vector<bool>> code;  ///< of each memory, by page: something was translated
  /// What is said to be at every virtual address; null until the engine is complete.
  void* region = nullptr;
};

std::vector<std::unique_ptr<Engine>>& engines() {
  static std::vector<std::unique_ptr<Engine>> all;
  return all;
}

/// Nearly always the one that was looked for last.
Engine* find(uc_engine* engine) {
  static Engine* last = nullptr;
  if (last != nullptr && last->engine == engine) return last;
  last = nullptr;
  for (const auto& known : engines()) {
    if (known->engine == engine) last = known.get();
  }
  return last;
}

using MemoryMapping = void*(uc_engine*, std::uint64_t);
using SetPage = void(void*, std::uint64_t, std::uint64_t, std::uint32_t, int, int, std::uint64_t);
using SetDirty = void(void*, std::uint64_t);
using ResetDirty = void(void*, std::uint64_t, std::uint64_t);

template <class Function>
Function* original(const char* name) {
  return reinterpret_cast<Function*>(Internals::function(name));
}

/// Marks the page at `offset` of the library's memory; null where there is none.
const Memory* mark(Engine& engine, std::uint64_t offset, bool has_code) {
  for (std::size_t i = 0; i < engine.memories.size(); ++i) {
    const Memory& memory = engine.memories[i];
    if (offset - memory.offset >= memory.range.size) continue;
    engine.code[i][(offset - memory.offset) / page] = has_code;
    return &memory;
  }
  return nullptr;
}

bool is_free_of_code(const Engine& engine, std::uint64_t physical) {
  for (std::size_t i = 0; i < engine.memories.size(); ++i) {
    const std::uint64_t within = physical - engine.memories[i].range.base;
    if (within < engine.memories[i].range.size) return !engine.code[i][within / page];
  }
  return false;
}

}  // namespace

bool available() {
  return true;
}

void add(uc_engine* engine, const Memory& memory) {
  Engine* known = find(engine);
  if (known == nullptr) {
    engines().push_back(std::make_unique<Engine>(Engine{.engine = engine}));
    known = engines().back().get();
  }
  known->memories.push_back(memory);
  known->code.emplace_back(memory.range.size / page);
}

void begin(uc_engine* engine) {
  Engine* const known = find(engine);
  if (known == nullptr) return;
  known->processor = Internals(engine).processor();
  const auto& memories = known->memories;
  const auto writable = std::find_if(memories.begin(), memories.end(),
                                     [](const Memory& memory) { return memory.writable; });
  if (writable == memories.end()) return;
  known->region = original<MemoryMapping>("memory_mapping")(engine, writable->range.base);
}

void forget(uc_engine* engine) {
  find(nullptr);
  std::erase_if(engines(), [engine](const auto& known) { return known->engine == engine; });
}

}  // namespace doorbell::unicorn::store_path

namespace store_path = doorbell::unicorn::store_path;

// The names are the library's.
// NOLINTBEGIN(readability-identifier-naming)
extern "C" {

__attribute__((visibility("default"))) void* memory_mapping(uc_engine* engine,
                                                            std::uint64_t address) {
  static auto* const library = store_path::original<store_path::MemoryMapping>("memory_mapping");
  const store_path::Engine* const known = store_path::find(engine);
  if (known != nullptr && known->region != nullptr) [[likely]]
    return known->region;
  return library(engine, address);
}

__attribute__((visibility("default"))) void tlb_set_page_with_attrs_aarch64(
    void* processor, std::uint64_t address, std::uint64_t physical, std::uint32_t attributes,
    int protection, int index, std::uint64_t size) {
  static auto* const library =
      store_path::original<store_path::SetPage>("tlb_set_page_with_attrs_aarch64");
  static auto* const set_dirty =
      store_path::original<store_path::SetDirty>("tlb_set_dirty_aarch64");
  library(processor, address, physical, attributes, protection, index, size);
  const store_path::Engine* const known =
      store_path::find(doorbell::unicorn::Internals::engine_of(processor));
  if (known != nullptr && store_path::is_free_of_code(*known, physical))
    set_dirty(processor, address);
}

__attribute__((visibility("default"))) void tlb_protect_code_aarch64(uc_engine* engine,
                                                                     std::uint64_t offset) {
  static auto* const reset_dirty =
      store_path::original<store_path::ResetDirty>("tlb_reset_dirty_aarch64");
  store_path::Engine* const known = store_path::find(engine);
  if (known == nullptr) return;
  const store_path::Memory* const memory = store_path::mark(*known, offset, true);
  if (memory == nullptr || known->processor == nullptr) return;
  const std::uint64_t within = (offset - memory->offset) / store_path::page * store_path::page;
  reset_dirty(known->processor, reinterpret_cast<std::uintptr_t>(memory->bytes) + within,
              store_path::page);
}

__attribute__((visibility("default"))) void tlb_unprotect_code_aarch64(uc_engine* engine,
                                                                       std::uint64_t offset) {
  store_path::Engine* const known = store_path::find(engine);
  if (known != nullptr) store_path::mark(*known, offset, false);
}

}  // extern "C"
// NOLINTEND(readability-identifier-naming)
