#include "sw/random/program.h"
#include "sw/random/transcript.h"

void program_start_line(struct program* program, const char* name) {
  event_set_clear(&program->events, program_stream(program));
  for (unsigned i = 0; i < PROGRAM_VECTORS; i++) {
    for (unsigned p = 0; p < PROGRAM_PROCESSORS; p++)
      program->lines[i].taken[p] = 0;
  }
  for (unsigned p = 0; p < PROGRAM_PROCESSORS; p++)
    program->spi_taken[p] = 0;
  program->strays = 0;
  program->commands_length = 0;
  print_decimal(program->uart, program->seed);
  print_text(program->uart, ".");
  print_decimal(program->uart, program->step++);
  print_text(program->uart, " ");
  print_text(program->uart, name);
}

static void print_taken(const struct program* program, unsigned line, unsigned processor) {
  print_decimal(program->uart, line);
  print_text(program->uart, "@");
  print_decimal(program->uart, processor);
  uint64_t count = program->lines[line].taken[processor];
  if (count == 1) return;
  print_text(program->uart, "*");
  print_decimal(program->uart, count);
}

/* " lpi=" and each line with the processors that took it. */
void program_print_lines(struct program* program) {
  bool first = true;
  print_text(program->uart, " lpi=");
  for (unsigned i = 0; i < PROGRAM_VECTORS; i++) {
    for (unsigned p = 0; p < PROGRAM_PROCESSORS; p++) {
      if (program->lines[i].taken[p] == 0) continue;
      if (!first) print_text(program->uart, ",");
      print_taken(program, i, p);
      first = false;
    }
  }
  if (first) print_text(program->uart, "-");
  if (program->strays != 0) print_key(program->uart, "stray", program->strays);
}

void program_end_line(struct program* program) {
  program_print_commands(program);
  if (program->events.count != 0) program->faulted++;
  print_text(program->uart, "\n");
}
