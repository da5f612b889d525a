#include "sw/random/program.h"

#include "sw/random/transcript.h"

#define STEPS 40u
/* Of the steps; the rest is legal. */
#define WRONG 16u
/* Transfers that succeed in a program, at least. */
#define SUCCEEDING 10u

static const struct {
  unsigned (*count)(void);
  void (*step)(struct program* program, unsigned which);
} wrong_things[] = {
    {smmu_steps_count, smmu_step}, {command_steps_count, command_step},
    {its_steps_count, its_step},   {drive_steps_count, drive_step},
    {list_steps_count, list_step},
};
#define WRONG_THINGS (sizeof wrong_things / sizeof wrong_things[0])

static unsigned wrong_steps_count(void) {
  unsigned count = 0;
  for (unsigned i = 0; i < WRONG_THINGS; i++)
    count += wrong_things[i].count();
  return count;
}

static void wrong_step(struct program* program, unsigned which) {
  program->may_fault = true;
  for (unsigned i = 0; i < WRONG_THINGS; i++) {
    unsigned count = wrong_things[i].count();
    if (which < count) {
      wrong_things[i].step(program, which);
      return;
    }
    which -= count;
  }
}

static void legal_step(struct program* program) {
  program->may_fault = false;
  switch (generator_below(&program->generator, 10)) {
    case 0:
      gic_legal_step(program);
      break;
    case 1:
    case 2:
      its_legal_step(program);
      break;
    case 3:
      list_legal_step(program);
      break;
    case 4:
      granule_legal_step(program);
      break;
    default:
      smmu_legal_step(program);
      break;
  }
}

/* Wrong things take turns over the seeds, so that each of them is met as often as any other; where
 * in the program, and with what around it, is chance. */
static void run_steps(struct program* program) {
  unsigned all = wrong_steps_count();
  unsigned wrong = 0;
  for (unsigned step = 0; step < STEPS; step++) {
    unsigned left = STEPS - step;
    if (generator_below(&program->generator, left) < WRONG - wrong) {
      wrong_step(program, (unsigned)((program->seed * WRONG + wrong) * 37 % all));
      wrong++;
    } else {
      legal_step(program);
    }
  }
  for (unsigned i = 0; program->succeeded < SUCCEEDING && i < STEPS; i++)
    smmu_transfer_step(program);
}

void program_run(struct program* program) {
  enum status status = program_set_up(program);
  program_rest(program);
  print_text(program->uart, "program");
  print_key(program->uart, "seed", program->seed);
  print_key(program->uart, "status", (uint64_t)status);
  print_key(program->uart, "bits", program->domain.table.address_bits);
  print_text(program->uart, "\n");
  if (status == STATUS_OK) run_steps(program);
  program_tear_down(program);
  print_text(program->uart, "end");
  print_key(program->uart, "seed", program->seed);
  print_key(program->uart, "succeeded", program->succeeded);
  print_key(program->uart, "faulted", program->faulted);
  print_text(program->uart, "\n");
}

bool program_take(struct program* program, uint32_t intid, unsigned processor) {
  if (intid >= 1020 && intid < 8192) return false;
  if (intid >= 32 && intid < 1020) {
    program->spi_taken[processor]++;
    return true;
  }
  for (unsigned i = 0; i < PROGRAM_VECTORS; i++) {
    if (program->lines[i].intid != intid) continue;
    program->lines[i].taken[processor]++;
    return true;
  }
  program->strays++;
  return true;
}

void program_take_event(struct program* program, const struct smmu_event* event) {
  event_set_add(&program->events, event);
}
