#pragma once

#include <string_view>

/// NAME() is the bytes of a file, which the assembler reads: that is quicker than any text of
/// theirs that a compiler would read. For use in a namespace.
#define DOORBELL_EMBED(NAME, FILE)                                                              \
  asm(".section .rodata\n" #NAME "_begin:\n.incbin \"" FILE "\"\n" #NAME "_end:\n.previous\n"); \
  extern "C" const char NAME##_begin[], NAME##_end[];                                           \
  std::string_view NAME() {                                                                     \
    return {NAME##_begin, static_cast<std::size_t>(NAME##_end - NAME##_begin)};                 \
  }                                                                                             \
  static_assert(true, "a semicolon follows")
