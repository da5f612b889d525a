#include "sw/random/bootargs.h"

#include "sw/include/access.h"

#define FDT_MAGIC 0xd00dfeedu
#define FDT_BEGIN_NODE 1u
#define FDT_END_NODE 2u
#define FDT_PROP 3u
#define FDT_NOP 4u
#define HEADER_STRUCTURE 8u /* off_dt_struct; then off_dt_strings */
#define HEADER_STRINGS 12u
#define HEADER_STRUCTURE_SIZE 36u

static uint32_t big_endian(uint64_t address) {
  return __builtin_bswap32(mem_read32(address));
}

static bool is_text(uint64_t address, const char* text) {
  for (;; address++, text++) {
    if (mem_read8(address) != (uint8_t)*text) return false;
    if (*text == '\0') return true;
  }
}

static uint64_t behind_text(uint64_t address) {
  while (mem_read8(address) != 0)
    address++;
  return (address + 4) & ~UINT64_C(3);
}

struct position {
  uint64_t at;
  unsigned depth; /* nodes that are open: 1 is the root */
  bool chosen;    /* /chosen is open */
};

static void copy(uint64_t from, uint32_t length, char* into, size_t size) {
  size_t i = 0;
  for (; i < length && i + 1 < size; i++)
    into[i] = (char)mem_read8(from + i);
  into[i] = '\0';
}

/* The token at the position, and on to the next. True: there is no other to look at. */
static bool step(struct position* position, uint64_t strings, char* into, size_t size,
                 bool* found) {
  uint64_t at = position->at;
  switch (big_endian(at)) {
    case FDT_BEGIN_NODE:
      position->depth++;
      if (position->depth == 2 && is_text(at + 4, "chosen")) position->chosen = true;
      position->at = behind_text(at + 4);
      return false;
    case FDT_END_NODE:
      if (position->depth == 2) position->chosen = false;
      position->depth--;
      position->at = at + 4;
      return position->depth == 0;
    case FDT_PROP: {
      uint32_t length = big_endian(at + 4);
      uint64_t name = strings + big_endian(at + 8);
      if (position->chosen && position->depth == 2 && is_text(name, "bootargs")) {
        copy(at + 12, length, into, size);
        *found = true;
        return true;
      }
      position->at = at + 12 + ((length + 3) & ~UINT64_C(3));
      return false;
    }
    case FDT_NOP:
      position->at = at + 4;
      return false;
    default:
      return true;
  }
}

bool bootargs_read(uint64_t tree, char* into, size_t size) {
  if (size == 0 || big_endian(tree) != FDT_MAGIC) return false;
  struct position position = {tree + big_endian(tree + HEADER_STRUCTURE), 0, false};
  uint64_t end = position.at + big_endian(tree + HEADER_STRUCTURE_SIZE);
  uint64_t strings = tree + big_endian(tree + HEADER_STRINGS);
  bool found = false;
  while (position.at < end && !step(&position, strings, into, size, &found)) {
  }
  return found;
}

static const char* behind_key(const char* word, const char* key) {
  for (; *key != '\0'; word++, key++) {
    if (*word != *key) return 0;
  }
  return *word == '=' ? word + 1 : 0;
}

static bool is_digit(char character) {
  return character >= '0' && character <= '9';
}

bool bootargs_number(const char* arguments, const char* key, uint64_t* value) {
  for (const char* word = arguments; *word != '\0';) {
    const char* digits = behind_key(word, key);
    if (digits != 0 && is_digit(*digits)) {
      *value = 0;
      for (; is_digit(*digits); digits++)
        *value = *value * 10 + (uint64_t)(*digits - '0');
      return true;
    }
    while (*word != '\0' && *word != ' ')
      word++;
    while (*word == ' ')
      word++;
  }
  return false;
}
