/* Legal steps about the GIC: priorities and the priority mask, shared interrupts by software. */
#include "sw/drivers/gic/registers.h"
#include "sw/drivers/its/registers.h"
#include "sw/include/access.h"
#include "sw/include/processor.h"
#include "sw/include/system_register.h"
#include "sw/random/its_commands.h"
#include "sw/random/program.h"
#include "sw/random/transcript.h"

#define GICD_ISPENDR 0x0200u
#define GICD_ICPENDR 0x0280u
#define FIRST_UNUSED_SPI 200u
#define UNUSED_SPIS 40u
/* Longer than an INT takes to a processor. */
#define SETTLE_NS 50000u

static void settle(void) {
  uint64_t end = processor_time_ns() + SETTLE_NS;
  while (processor_time_ns() < end)
    spin_hint();
}

/* What its priority keeps from this processor comes when the mask opens. IHI 0069, 4.8. */
static void masked_priorities(struct program* program) {
  uint64_t mask = (1 + generator_below(&program->generator, 25)) * 8;
  program_start_line(program, "PMR");
  print_key_hexadecimal(program->uart, "mask", mask);
  uint64_t before = system_register_read(ICC_PMR_EL1);
  system_register_write(ICC_PMR_EL1, mask);
  for (unsigned i = 0; i < PROGRAM_VECTORS; i++) {
    struct its_fields fields = its_line_fields(program, COMMAND_INT, i);
    program_its(program, &fields);
  }
  settle();
  /* The other processor has its own mask; what it takes, and when, isn't looked at yet. */
  unsigned early = 0;
  for (unsigned i = 0; i < PROGRAM_VECTORS; i++)
    early = early << 1 | (unsigned)program->lines[i].taken[0];
  print_key_hexadecimal(program->uart, "early", early);
  system_register_write(ICC_PMR_EL1, before);
  program_rest(program);
  program_print_lines(program);
  program_end_line(program);
}

static void set_bit(const struct gic* gic, unsigned offset, uint32_t intid) {
  mmio_write32(gic->distributor + offset + intid / 32 * 4, UINT32_C(1) << intid % 32);
}

static void print_spi(struct program* program) {
  print_key(program->uart, "cpu0", program->spi_taken[0]);
  print_key(program->uart, "cpu1", program->spi_taken[1]);
}

static void shared_interrupt(struct program* program) {
  struct gic* gic = &program->machine->gic;
  struct generator* generator = &program->generator;
  uint32_t intid = FIRST_UNUSED_SPI + generator_below(generator, UNUSED_SPIS);
  unsigned processor = generator_below(generator, PROGRAM_PROCESSORS);
  bool late = generator_percent(generator, 50);
  bool cleared = generator_percent(generator, 30);
  program_start_line(program, cleared ? "SPI.cleared" : late ? "SPI.enabled_late" : "SPI");
  gic_configure_edge(gic, intid, true);
  (void)gic_route(gic, intid, program->machine->redistributors[processor].affinity);
  if (!late && !cleared) gic_enable(gic, intid);
  set_bit(gic, GICD_ISPENDR, intid);
  if (cleared) set_bit(gic, GICD_ICPENDR, intid);
  if (late || cleared) gic_enable(gic, intid);
  program_rest(program);
  (void)gic_disable(gic, intid);
  print_spi(program);
  program_end_line(program);
}

void gic_legal_step(struct program* program) {
  if (generator_percent(&program->generator, 50)) {
    masked_priorities(program);
  } else {
    shared_interrupt(program);
  }
}
