#include "platforms/explore/page/assets.h"

// NAME_begin and NAME_end enclose the bytes of a file, which the assembler reads.
#define EMBED(NAME, FILE)                                                                       \
  asm(".section .rodata\n" #NAME "_begin:\n.incbin \"" FILE "\"\n" #NAME "_end:\n.previous\n"); \
  extern "C" const char NAME##_begin[], NAME##_end[]

EMBED(doorbell_chart_library, CHART_LIBRARY);
EMBED(doorbell_page_script, PAGE_SCRIPT);
EMBED(doorbell_page_style, PAGE_STYLE);

namespace doorbell::explore {
namespace {

std::string_view between(const char* begin, const char* end) {
  return {begin, static_cast<std::size_t>(end - begin)};
}

}  // namespace

std::string_view page_style() {
  return between(doorbell_page_style_begin, doorbell_page_style_end);
}

std::string_view page_script() {
  return between(doorbell_page_script_begin, doorbell_page_script_end);
}

std::string_view chart_library() {
  return between(doorbell_chart_library_begin, doorbell_chart_library_end);
}

}  // namespace doorbell::explore
